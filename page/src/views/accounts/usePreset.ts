// What is known of the provider is filled in once an address is complete, and again for another one.
import { useEffect, useRef, useState } from 'react';
import { bridge, type Postrider } from '../../bridge';
import type { Form } from './form';

export type Preset = Awaited<ReturnType<Postrider['accountPreset']>>;

const toText = (limit: number) => (limit > 0 ? String(limit) : '');

export function usePreset(address: string, onFound: (form: Partial<Form>) => void): Preset | null {
  const [preset, setPreset] = useState<Preset | null>(null);
  const latest = useRef(onFound);
  latest.current = onFound;
  const wanted = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(address.trim()) ? address.trim() : '';

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
            latest.current({ host: found.host, port: String(found.port), tls: found.tls, perMinute: toText(found.per_minute), perHour: toText(found.per_hour), perDay: toText(found.per_day) });
        },
        () => {}, // then the person fills it in
      );
    }, 400);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return preset;
}
