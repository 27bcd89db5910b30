// What CodeMirror knows as style-mod, but its rules are adopted (CSSOM) and never written into a <style> element: the page's policy has no
// 'unsafe-inline'. Source: style-mod 4.1, StyleSet.mount; the order of modules is its own.
import { StyleModule as Original } from 'style-mod-original';

interface Mounted {
  modules: Original[];
  sheet: CSSStyleSheet;
}

const mounted = new WeakMap<Document | ShadowRoot, Mounted>();

function at(root: Document | ShadowRoot): Mounted {
  let found = mounted.get(root);
  if (found === undefined) {
    found = { modules: [], sheet: new CSSStyleSheet() };
    root.adoptedStyleSheets = [found.sheet, ...root.adoptedStyleSheets];
    mounted.set(root, found);
  }
  return found;
}

export class StyleModule extends Original {
  static override mount(root: Document | ShadowRoot, given: Original | readonly Original[]): void {
    const { modules, sheet } = at(root);
    let next = 0;
    for (const module of Array.isArray(given) ? (given as readonly Original[]) : [given as Original]) {
      const old = modules.indexOf(module);
      if (old >= next) {
        next = old + 1;
        continue;
      }
      if (old >= 0) {
        modules.splice(old, 1);
        next--;
      }
      modules.splice(next++, 0, module);
    }
    sheet.replaceSync(modules.map((module) => module.getRules()).join('\n'));
  }
}
