// The preview follows what is written, a moment later; an answer that comes late is dropped.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../../base/fault';
import { bridge } from '../../bridge';
import { isEmpty, messageFiles, partsOf, type Draft } from './draft';

const WAIT_MS = 400; // chosen: a pause in typing

interface Preview {
  message: Uint8Array | null;
  missing: string[];
  failure: Failure | null;
  busy: boolean;
}

/** who: null: it is not known yet whom it is shown as. */
export function usePreview(draft: Draft, who: string | null, from: string) {
  const [preview, setPreview] = useState<Preview>({ message: null, missing: [], failure: null, busy: false });
  const turn = useRef(0);

  const ask = useCallback(async () => {
    const mine = ++turn.current;
    if (isEmpty(draft)) {
      setPreview({ message: null, missing: [], failure: null, busy: false });
      return;
    }
    if (who === null)
      return;
    setPreview((old) => ({ ...old, busy: true }));
    try {
      const parts = partsOf(draft);
      const { message, missing } = await bridge().messagePreview({ ...parts, from }, who, messageFiles(draft));
      if (mine === turn.current)
        setPreview({ message, missing, failure: null, busy: false });
    } catch (error) {
      if (mine === turn.current)
        setPreview((old) => ({ ...old, failure: toFailure(error), busy: false }));
    }
  }, [draft, who, from]);

  useEffect(() => {
    const timer = setTimeout(() => void ask(), WAIT_MS);
    return () => {
      turn.current++;
      clearTimeout(timer);
    };
  }, [ask]);
  return { ...preview, again: () => void ask() };
}
