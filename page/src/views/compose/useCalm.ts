// May it be said what is wrong? Not in the middle of writing: when the letter is left, or after a pause.
import { useEffect, useState, type FocusEvent } from 'react';

const PAUSE_MS = 3000; // chosen: longer than people stop within a sentence

let isPressed = false;
addEventListener('pointerdown', () => (isPressed = true), true);
for (const kind of ['pointerup', 'pointercancel'] as const)
  addEventListener(kind, () => (isPressed = false), true);

/** What is said moves what stands below: not from under a button that is being pressed. */
function afterPress(run: () => void): void {
  if (isPressed)
    addEventListener('pointerup', () => setTimeout(run), { once: true });
  else
    run();
}

export function useCalm(draft: unknown) {
  const [isInside, setInside] = useState(false);
  const [paused, setPaused] = useState<unknown>(null); // the letter as it was when somebody stopped writing
  useEffect(() => {
    if (!isInside)
      return undefined;
    const timer = setTimeout(() => setPaused(draft), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, isInside]);
  return {
    isInside,
    isCalm: !isInside || paused === draft,
    handlers: {
      onFocus: () => setInside(true),
      onBlur: (event: FocusEvent<HTMLElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget))
          afterPress(() => setInside(false));
      },
    },
  };
}
