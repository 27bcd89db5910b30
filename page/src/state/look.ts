// How the desktop looks: dark, contrast, motion, text size, locale. Put on <html>, where the style sheet finds it.
import { useEffect, useState } from 'react';
import { setFormats } from '../base/format';
import { bridge, type Look } from '../bridge';

function apply(look: Look): void {
  const root = document.documentElement;
  root.dataset['theme'] = look.dark ? 'dark' : 'light';
  root.dataset['contrast'] = look.contrast ? 'more' : 'normal';
  root.dataset['motion'] = look.animations ? 'full' : 'none';
  root.style.setProperty('font-size', `${16 * Math.min(3, Math.max(0.5, look.scale || 1))}px`);
  setFormats(look);
}

/** null until the desktop has answered; the page may be drawn before. */
export function useLook(): Look | null {
  const [look, setLook] = useState<Look | null>(null);

  useEffect(() => {
    const take = (next: Look) => {
      apply(next);
      setLook(next);
    };
    const stop = bridge().onLookChanged(take);
    bridge().look().then(take, () => {}); // without an answer prefers-color-scheme decides
    return stop;
  }, []);
  return look;
}
