// Tab goes round: with no browser around the page the focus would leave its content for nothing. A stop that nobody sees at either end leads to the other.
import { useRef, type FocusEvent } from 'react';

const STOPS = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, iframe, [contenteditable="true"], [tabindex]';

const isShown = (element: Element): boolean => typeof element.checkVisibility !== 'function' || element.checkVisibility({ visibilityProperty: true });

/** What Tab stops at below `scope`, in its order (all have the same). */
export function stopsOf(scope: Element): HTMLElement[] {
  return [...scope.querySelectorAll<HTMLElement>(STOPS)].filter((element) => element.tabIndex >= 0 && !element.classList.contains('edge') && element.closest('[inert]') === null && isShown(element));
}

let isBackward = false; // the last Tab
let isInFrame = false; // keys that go to a mail in its frame are not seen here
window.addEventListener('keydown', (event) => {
  if (event.key === 'Tab')
    isBackward = event.shiftKey;
  isInFrame = false;
}, true);
window.addEventListener('blur', () => {
  isInFrame = document.activeElement instanceof HTMLIFrameElement;
});

/** Stands first and last in what it goes round. Who comes from inside goes to the other end; who comes from nowhere, to where the key leads. */
export function Edge({ at }: { at: 'start' | 'end' }) {
  const edge = useRef<HTMLDivElement>(null);
  const onFocus = (event: FocusEvent) => {
    const scope = edge.current?.parentElement;
    const stops = scope === undefined || scope === null ? [] : stopsOf(scope);
    const isFromInside = isInFrame || (event.relatedTarget instanceof Element && scope?.contains(event.relatedTarget) === true);
    isInFrame = false;
    (isFromInside ? at === 'start' : isBackward) ? stops.at(-1)?.focus() : stops[0]?.focus();
  };
  return <div ref={edge} className="edge" tabIndex={0} onFocus={onFocus} />;
}
