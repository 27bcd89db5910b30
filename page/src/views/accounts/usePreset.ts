// What is known of the provider is filled in once an address is complete, and again for another one.
import { useEffect, useRef, useState } from 'react';
import { bridge, type AccountKind, type Postrider } from '../../bridge';
import { toValues, type Change } from './form';

export type Preset = Awaited<ReturnType<Postrider['accountPreset']>>;

export function usePreset(kind: AccountKind, address: string, onFound: (form: Change) => void): Preset | null {
  const [preset, setPreset] = useState<Preset | null>(null);
  const latest = useRef(onFound);
  latest.current = onFound;
  const wanted = kind.address === 'email' && /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(address.trim()) ? address.trim() : '';

  useEffect(() => {
    let isCurrent = true;
    setPreset(null);
    if (wanted === '')
      return;
    const timer = setTimeout(() => {
      bridge().accountPreset(wanted).then(
        (found) => {
          if (!isCurrent)
            return;
          setPreset(found);
          if (found.preset !== '')
            latest.current({ values: toValues(kind, { ...found }) });
        },
        () => {}, // then the person fills it in
      );
    }, 400);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [kind, wanted]);
  return preset;
}
