// A person signs in at the account's provider, in a browser or a window that core opens: here is only that it is waited for, and how it ended.
import { useEffect, useRef, useState } from 'react';
import { toNumber } from '../../base/decimal';
import { toFailure, type Failure } from '../../base/fault';
import { sentence } from '../../base/foreign';
import { timeLeft } from '../../base/format';
import { bridge, type SignInEnd } from '../../bridge';
import { Button } from '../../parts/Button';
import { Notice } from '../../parts/Notice';
import { useAction } from '../../state/action';
import { useEvery } from '../../state/every';
import { invalidate } from '../../state/query';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';

const { signIn: text } = accountWords;

export type Place = 'browser' | 'window';

export interface SignIn {
  until: number | null; // milliseconds; null: nobody is waited for
  place: Place; // where
  why: string; // it is the browser, though a window was wanted; ''
  end: SignInEnd | null; // why the last one failed
  failure: Failure | null;
  busy: boolean;
  start: (place: Place) => void;
  stop: () => void;
}

/** One that is begun anew takes the place of the one before, whose end nobody hears any more. */
export function useSignIn(name: string, onDone: () => void): SignIn {
  const [until, setUntil] = useState<number | null>(null);
  const [shown, setShown] = useState<{ place: Place; why: string }>({ place: 'browser', why: '' });
  const [end, setEnd] = useState<SignInEnd | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const turn = useRef(0);
  const done = useRef(onDone);
  done.current = onDone;

  const wait = async (mine: number) => {
    try {
      const found = await bridge().accountSignInWait(name);
      if (mine !== turn.current)
        return;
      if (found.reason !== '')
        setEnd(found);
      else
        done.current();
    } catch (error) {
      if (mine === turn.current)
        setFailure(toFailure(error));
    }
    if (mine === turn.current)
      setUntil(null);
    invalidate('accounts');
  };
  const open = useAction(async (place: Place) => {
    const mine = ++turn.current;
    setEnd(null);
    setFailure(null);
    try {
      const { until, why } = await bridge().accountSignInOpen(name, place);
      setShown({ place: why === '' ? place : 'browser', why });
      setUntil(toNumber(until) * 1000);
    } catch (error) {
      turn.current = mine - 1; // the one before goes on, if there was one
      throw error;
    }
    void wait(mine);
  });
  const stop = useAction(async () => {
    turn.current++;
    setUntil(null);
    await bridge().accountSignInStop(name);
  });

  useEffect(() => () => void turn.current++, []); // whoever leaves the page still signs in, unheard
  return { until, ...shown, end, failure: open.failure ?? stop.failure ?? failure, busy: open.busy, start: (place) => void open.run(place), stop: () => void stop.run() };
}

function Countdown({ until, place }: { until: number; place: Place }) {
  const [now, setNow] = useState(() => Date.now());
  useEvery(1000, () => setNow(Date.now()));
  return <p>{text.waits[place](timeLeft(Math.max(0, (until - now) / 1000)))}</p>;
}

/** That it is waited for; else why the last one failed. */
export function Waiting({ signIn }: { signIn: SignIn }) {
  const { until, end, place, why } = signIn;
  if (until === null)
    return end === null ? null : <Notice kind="bad" live title={text.reasons[end.reason] ?? text.failed}><p dir="auto">{sentence(end.text, 400)}</p></Notice>;
  return (
    <Notice title={text.goOn[place]} action={
      <div className="row">
        <Button busy={signIn.busy} onClick={() => signIn.start('browser')}>{text.again[place]}</Button>
        <Button onClick={signIn.stop}>{text.stop}</Button>
      </div>
    }>
      {why !== '' && <p dir="auto">{sentence(`${text.noWindow} ${why}`, 400)}</p>}
      <Countdown until={until} place={place} />
    </Notice>
  );
}

export function useSignOut(name: string) {
  return useAction(async () => {
    const { revoked, text: why } = await bridge().accountSignOut(name);
    say(revoked === 'yes' ? text.out : `${text.outHere} ${sentence(why, 300)}`);
    invalidate('accounts');
  });
}
