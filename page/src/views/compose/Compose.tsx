import { useEffect, useRef, useState } from 'react';
import { oneLine } from '../../base/foreign';
import { moment } from '../../base/format';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { TextField } from '../../parts/Field';
import { FaultNotice, Loading, Notice } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { go } from '../../state/router';
import { useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { composeWords } from '../../words/compose';
import { Attachments } from './Attachments';
import { Body } from './Body';
import { changeDraft, EMPTY, isEmpty, useDraft } from './draft';
import { FieldChips } from './FieldChips';
import { insertText, type Insert } from './insert';
import { keep, restore, useKeeping } from './keep';
import { PreviewPane } from './PreviewPane';
import { offerReplaced, replaceDraft, takeBack, useReplaced } from './replaced';
import { LoadTemplate, SaveTemplate } from './Templates';
import { TestSend } from './TestSend';
import { useCalm } from './useCalm';
import { useColumns } from './useColumns';
import { usePeople } from './usePeople';
import { Warnings } from './Warnings';

type Open = 'load' | 'save' | 'test' | null;

function beginAnew(): void {
  replaceDraft(EMPTY);
  void keep();
  say(composeWords.begun, { label: composeWords.undo, run: takeBack });
  document.querySelector<HTMLElement>('.compose .input')?.focus(); // the button goes: a new letter begins with its subject
}

export function Compose() {
  const draft = useDraft();
  const before = useReplaced();
  const keeping = useKeeping();
  const columns = useColumns();
  const people = usePeople();
  const calm = useCalm(draft);
  const accounts = useQuery('accounts', () => bridge().accountList());
  const [open, setOpen] = useState<Open>(null);
  const insert = useRef<Insert | null>(null); // into what was last written in
  const close = () => setOpen(null);
  const from = accounts.value?.[0]?.address ?? '';
  useEffect(() => () => void keep(), []);
  useEffect(offerReplaced, []);

  return (
    <Page
      title={composeWords.title}
      lead={composeWords.lead}
      fill
      actions={
        <>
          <Button disabled={!keeping.isReady} onClick={() => setOpen('load')}>{composeWords.load}</Button>
          <Button disabled={isEmpty(draft)} onClick={() => setOpen('save')}>{composeWords.saveAs}</Button>
          <Button disabled={isEmpty(draft)} onClick={() => setOpen('test')}>{composeWords.test.button}</Button>
          <Button kind="primary" icon="next" disabled={isEmpty(draft)} onClick={() => go('campaigns', 'new')}>{composeWords.use}</Button>
        </>
      }
    >
      {!keeping.isReady && (keeping.failure === null ? <Loading rows={6} /> : <FaultNotice failure={keeping.failure} onRetry={() => void restore()} />)}
      {keeping.isReady && (
        <div className="compose">
          <div className="stack">
            <FaultNotice title={composeWords.notKept} failure={keeping.failure} onRetry={() => void keep()} />
            {draft === keeping.back && (
              <Notice title={composeWords.back} action={<Button onClick={beginAnew}>{composeWords.fresh}</Button>}>{composeWords.backText(moment(keeping.changed))}</Notice>
            )}
            <div {...calm.handlers}>
              <Section>
                <TextField
                  label={composeWords.subject}
                  value={draft.subject}
                  maxLength={900}
                  spellCheck
                  onValue={(subject) => changeDraft({ subject })}
                  onFocus={(event) => {
                    const input = event.currentTarget;
                    insert.current = (text) => insertText(input, text, (subject) => changeDraft({ subject }));
                  }}
                />
                <FieldChips columns={columns.value ?? []} onField={(text) => insert.current?.(text)} />
                <Body draft={draft} onFocus={(next) => (insert.current = next)} />
                <Attachments draft={draft} onInsert={(text) => insert.current?.(text)} />
              </Section>
            </div>
            <Warnings draft={draft} columns={columns.value} isInside={calm.isInside} isCalm={calm.isCalm} />
            <div className="row row-end">
              {before !== null && (
                <Button kind="quiet" icon="undo" title={oneLine(before.subject, 80)} onClick={takeBack}>{composeWords.bringBack}</Button>
              )}
              {!isEmpty(draft) && draft !== keeping.back && <Button kind="quiet" icon="trash" onClick={beginAnew}>{composeWords.fresh}</Button>}
            </div>
          </div>
          <div className="compose-preview">
            <PreviewPane draft={draft} from={from} people={people} isCalm={calm.isCalm} />
          </div>
        </div>
      )}
      {open === 'load' && <LoadTemplate onClose={close} />}
      {open === 'save' && <SaveTemplate draft={draft} onClose={close} />}
      {open === 'test' && <TestSend draft={draft} somebody={people.somebody} onClose={close} />}
    </Page>
  );
}
