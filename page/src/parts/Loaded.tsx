// The three states that every view has: not there yet, failed, there.
import type { ReactNode } from 'react';
import type { Query } from '../state/query';
import { FaultNotice, Loading } from './Notice';

interface Props<T> {
  query: Query<T> & { again: () => void };
  rows?: number;
  children: (value: T) => ReactNode;
}

export function Loaded<T>({ query, rows = 3, children }: Props<T>) {
  return (
    <>
      <FaultNotice failure={query.failure} onRetry={query.again} />
      {query.value !== undefined ? children(query.value) : query.failure === null && <Loading rows={rows} />}
    </>
  );
}
