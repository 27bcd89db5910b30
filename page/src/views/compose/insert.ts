export type Insert = (text: string) => void;

/** Puts text where the cursor stands, and the cursor behind it. As if it were typed, so that Ctrl+Z takes it away again. */
export function insertText(input: HTMLInputElement | HTMLTextAreaElement, text: string, onValue: (value: string) => void): void {
  const start = input.selectionStart ?? input.value.length;
  const end = input.selectionEnd ?? start;
  input.focus();
  input.setSelectionRange(start, end);
  if (typeof document.execCommand === 'function' && document.execCommand('insertText', false, text))
    return;
  onValue(input.value.slice(0, start) + text + input.value.slice(end));
  requestAnimationFrame(() => {
    input.focus();
    input.setSelectionRange(start + text.length, start + text.length);
  });
}
