// Ten seconds in which it can be taken back. The page counts: core has heard nothing yet.
import { useEffect, useRef, useState } from 'react';
import { count } from '../../base/format';
import { Bar } from '../../parts/Bar';
import { Button } from '../../parts/Button';
import { wizardWords } from '../../words/campaigns';

const { send: words } = wizardWords;
export const TAKE_BACK_S = 10;

interface Props {
  text: string;
  isBusy: boolean; // it was sent: what comes of it is awaited
  onSend: () => void;
  onUndo: () => void;
}

export function Countdown({ text, isBusy, onSend, onUndo }: Props) {
  const [left, setLeft] = useState(TAKE_BACK_S);
  const end = useRef(Date.now() + TAKE_BACK_S * 1000);
  const isSent = useRef(false); // a late tick of the clock sends nothing again
  const send = useRef(onSend);
  send.current = onSend;
  const sendOnce = () => {
    if (isSent.current)
      return;
    isSent.current = true;
    send.current();
  };

  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((end.current - Date.now()) / 1000));
      setLeft(seconds);
      if (seconds === 0)
        sendOnce();
    }, 200);
    return () => clearInterval(timer);
  }, []);

  if (isBusy)
    return <p role="status">{words.starting}</p>;
  return (
    <>
      <p>{text}</p>
      <div className="countdown">
        <span className="countdown-number" aria-hidden="true">{left}</span>
        <span className="visually-hidden" role="timer" aria-live="off">{words.counting(count(left, 'second', 'seconds'))}</span>
        <Button kind="primary" icon="close" onClick={onUndo} autoFocus>{words.undo}</Button>
        <Button onClick={sendOnce}>{words.now}</Button>
      </div>
      <Bar label={words.title} parts={[{ kind: 'info', value: TAKE_BACK_S - left }]} total={TAKE_BACK_S} />
    </>
  );
}
