import { useEffect, useRef, useState } from 'react';
import { bridge } from './bridge';
import { ErrorEdge } from './frame/ErrorEdge';
import { CloseQuestion } from './frame/CloseQuestion';
import { CoreBanner } from './frame/CoreBanner';
import { DropVeil } from './frame/DropVeil';
import { Nav } from './frame/Nav';
import { Edge } from './parts/Round';
import { Toasts } from './parts/Toasts';
import { View } from './frame/View';
import { forgetAll, useEvent } from './state/query';
import { useLook } from './state/look';
import { useRoute } from './state/router';
import { startUndo } from './state/undo';
import { say } from './state/toast';
import { keep, restore, startKeeping } from './views/compose/keep';
import { words } from './words';

export function App() {
  useLook();
  const route = useRoute();
  const [isLost, setLost] = useState(false);
  const [turn, setTurn] = useState(0); // another one: core is new, nothing that was asked counts
  const main = useRef<HTMLElement>(null);
  const place = route.join('/');
  const before = useRef(place);

  useEvent(bridge().onCoreLost, (isBack) => {
    setLost(!isBack);
    if (!isBack)
      return;
    forgetAll();
    setTurn((old) => old + 1);
    void restore().then(keep);
    say(words.isBack);
  });
  useEffect(startKeeping, []);
  useEffect(startUndo, []);
  useEffect(() => {
    if (before.current === place)
      return;
    before.current = place;
    main.current?.scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>('h1')?.focus(); // who listens hears the new view's name
  }, [place]);

  return (
    <div className="app">
      <Edge at="start" />
      <a className="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        main.current?.focus();
      }}>
        {words.skip}
      </a>
      <div className="app-banner">
        <CoreBanner isLost={isLost} />
      </div>
      <Nav place={route[0] ?? 'start'} />
      <main ref={main} id="main" className="main" tabIndex={-1}>
        <ErrorEdge key={place}>
          <View key={turn} route={route} />
        </ErrorEdge>
      </main>
      <DropVeil />
      <CloseQuestion />
      <Toasts />
      <Edge at="end" />
    </div>
  );
}
