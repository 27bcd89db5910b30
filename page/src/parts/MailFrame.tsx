// Mail as its reader would see it: in a frame without script, without loads, of another origin. Only the shell makes its address.
import { useEffect, useState } from 'react';
import { toFailure, type Failure } from '../base/fault';
import { bridge } from '../bridge';
import { words } from '../words';
import { FaultNotice, Loading } from './Notice';

export function MailFrame({ html, width }: { html: string; width: 'desktop' | 'phone' }) {
  const [address, setAddress] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

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
    <div className={`mail-frame mail-${width}`}>
      {address === null ? <Loading rows={4} /> : <iframe key={address} title={words.mailFrame} sandbox="" src={address} />}
    </div>
  );
}
