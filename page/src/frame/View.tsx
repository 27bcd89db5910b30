// From an address to a view. The first one is here; the others come when it is on the screen, or when they are asked for.
import { useEffect, useState, type ComponentType } from 'react';
import { Loading } from '../parts/Notice';
import { Start } from '../views/start/Start';

interface Props {
  route: readonly string[];
}

const SOON_MS = 300; // chosen: the first view has its numbers by then

let Other: ComponentType<Props> | null = null;

function useOther(isWanted: boolean): ComponentType<Props> | null {
  const [, setThere] = useState(Other !== null);

  useEffect(() => {
    if (Other !== null)
      return undefined;
    const load = () => {
      void import('./OtherView').then((module) => {
        Other = module.OtherView;
        setThere(true);
      });
    };
    const timer = setTimeout(load, isWanted ? 0 : SOON_MS);
    return () => clearTimeout(timer);
  }, [isWanted]);
  return Other;
}

export function View({ route }: Props) {
  const isStart = (route[0] ?? 'start') === 'start';
  const Found = useOther(!isStart);

  if (isStart)
    return <Start />;
  return Found === null ? <Loading rows={6} /> : <Found route={route} />;
}
