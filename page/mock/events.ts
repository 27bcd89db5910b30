export interface Channel<A extends unknown[]> {
  on: (listener: (...args: A) => void) => () => void;
  emit: (...args: A) => void;
}

export function channel<A extends unknown[]>(): Channel<A> {
  const listeners = new Set<(...args: A) => void>();
  return {
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit: (...args) => {
      for (const listener of [...listeners])
        listener(...args);
    },
  };
}

export class MockFault extends Error {
  constructor(readonly fault: string, text: string) {
    super(text);
  }
}
