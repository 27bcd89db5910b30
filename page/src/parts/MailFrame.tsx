// Mail as its reader would see it: in a frame without script, without loads, of another origin. Only the shell makes its address.
import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { toFailure, type Failure } from '../base/fault';
import { bridge } from '../bridge';
import { words } from '../words';
import { FaultNotice, Loading } from './Notice';

const DESKTOP = 680; // px that a letter may count on: most are made 600 wide, with a margin
const HIGH = 448; // px, as .mail-frame

/** Where there is less room, the whole width is shown, made smaller: nothing of a letter is cut off at its side. */
function useScale(width: 'desktop' | 'phone') {
  const ref = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(DESKTOP);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null)
      return;
    const observer = new ResizeObserver(() => element.clientWidth > 0 && setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const scale = width === 'desktop' ? Math.min(1, room / DESKTOP) : 1;
  const style: CSSProperties | undefined = scale < 1 ? { width: `${DESKTOP}px`, height: `${HIGH / scale}px`, transform: `scale(${scale})` } : undefined;
  return { ref, style };
}

export function MailFrame({ html, width }: { html: string; width: 'desktop' | 'phone' }) {
  const [address, setAddress] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { ref, style } = useScale(width);

  useEffect(() => {
    let isCurrent = true;
    bridge().showMail(html).then(
      (next) => isCurrent && (setAddress(next), setFailure(null)),
      (error: unknown) => isCurrent && setFailure(toFailure(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [html]);

  if (failure !== null)
    return <FaultNotice failure={failure} />;
  return (
    <div className={`mail-frame mail-${width}`} ref={ref}>
      {address === null ? <Loading rows={4} /> : <iframe key={address} title={words.mailFrame} sandbox="" src={address} style={style} />}
    </div>
  );
}
