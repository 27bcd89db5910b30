// Ctrl+Z and its way back: WebKitGTK leaves them to the program around it. The view that is shown may take back more than the last keys (offerUndo).
export type Step = 'undo' | 'redo';

const offers = new Set<(step: Step) => boolean>();

/** Asked before the text field is: true, it was done. */
export function offerUndo(offer: (step: Step) => boolean): () => void {
  offers.add(offer);
  return () => offers.delete(offer);
}

export function stepOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey'>): Step | null {
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, '').toLowerCase(); // other scripts: by the place of the key
  if (!event.ctrlKey || event.altKey)
    return null;
  if (letter === 'z')
    return event.shiftKey ? 'redo' : 'undo';
  return letter === 'y' && !event.shiftKey ? 'redo' : null;
}

const isText = (element: Element | null) => element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && !['checkbox', 'radio'].includes(element.type));

function onKeyDown(event: KeyboardEvent): void {
  const step = stepOf(event);
  if (step === null)
    return;
  const isTaken = [...offers].some((offer) => offer(step));
  if (!isTaken && !isText(document.activeElement))
    return; // the editor of HTML has its own
  event.preventDefault();
  event.stopPropagation();
  if (!isTaken)
    document.execCommand(step);
}

/** For as long as the page is there. */
export function startUndo(): () => void {
  window.addEventListener('keydown', onKeyDown, true);
  return () => window.removeEventListener('keydown', onKeyDown, true);
}
