// CodeMirror for the HTML of a message. Its style rules are adopted, not written into <style> (src/base/style-mod.ts).
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { html } from '@codemirror/legacy-modes/mode/xml';
import { EditorState } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers, MatchDecorator, placeholder, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { Button } from '../../parts/Button';
import { composeWords } from '../../words/compose';
import type { Insert } from './insert';
import { highlighting, theme } from './editor-theme';
import { STARTER } from './starter';

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  onFocus: (insert: Insert) => void;
}

const fields = new MatchDecorator({ regexp: /\{\{[^{}]*\}\}/g, decoration: Decoration.mark({ class: 'cm-field' }) });

const fieldMarks = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;
    constructor(view: EditorView) {
      this.marks = fields.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.marks = fields.updateDeco(update, this.marks);
    }
  },
  { decorations: (plugin) => plugin.marks },
);

function wrap(view: EditorView, before: string, after: string): void {
  const { from, to } = view.state.selection.main;
  const inside = view.state.sliceDoc(from, to);
  view.dispatch({
    changes: { from, to, insert: before + inside + after },
    selection: { anchor: from + before.length, head: from + before.length + inside.length },
    scrollIntoView: true,
  });
  view.focus();
}

function make(parent: HTMLElement, { label, value }: Props, onValue: (value: string) => void, onFocus: (view: EditorView) => void): EditorView {
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        EditorView.perLineTextDirection.of(true),
        keymap.of([...defaultKeymap, ...historyKeymap]), // Tab leaves the editor, as everywhere on the page
        StreamLanguage.define(html),
        syntaxHighlighting(HighlightStyle.define([...highlighting])),
        theme,
        fieldMarks,
        placeholder('<p>…</p>'),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'true' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged)
            onValue(update.state.doc.toString());
          if (update.focusChanged && update.view.hasFocus)
            onFocus(update.view);
        }),
      ],
    }),
  });
}

export default function HtmlEditor(props: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (frame.current === null)
      return;
    const made = make(
      frame.current,
      latest.current,
      (value) => latest.current.onValue(value),
      (focused) => latest.current.onFocus((text) => wrap(focused, text, '')),
    );
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (editor !== null && editor.state.doc.toString() !== props.value) // a template was opened
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
  }, [props.value]);

  const tools: [string, string, string][] = [
    [composeWords.tools.bold, '<strong>', '</strong>'],
    [composeWords.tools.italic, '<em>', '</em>'],
    [composeWords.tools.heading, '<h2>', '</h2>\n'],
    [composeWords.tools.paragraph, '<p>', '</p>\n'],
    [composeWords.tools.link, '<a href="https://">', '</a>'],
    [composeWords.tools.list, '<ul>\n  <li>', '</li>\n</ul>\n'],
  ];
  return (
    <div className="editor">
      <div className="editor-tools" role="group" aria-label={composeWords.toolsLabel}>
        {tools.map(([name, before, after]) => (
          <Button key={name} className="button-small" onClick={() => view.current !== null && wrap(view.current, before, after)}>
            {name}
          </Button>
        ))}
        {props.value.trim() === '' && (
          <Button className="button-small" icon="plus" onClick={() => props.onValue(STARTER)}>
            {composeWords.starter}
          </Button>
        )}
      </div>
      <div ref={frame} />
    </div>
  );
}
