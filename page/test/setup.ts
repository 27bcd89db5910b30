// Each test gets a bridge of its own (test/page.tsx). What the DOM of the tests lacks is put here, as little as possible.
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import { startAgain } from '../src/views/compose/keep';
import { forgetAll } from '../src/state/query';

class NoResize {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver = NoResize as unknown as typeof ResizeObserver;

configure({ asyncUtilTimeout: 15_000, getElementError: (message) => new Error((message ?? '').split('\n')[0]) }); // two cores, shared

beforeEach(() => {
  forgetAll();
  startAgain();
});
afterEach(() => {
  cleanup();
  window.location.hash = '';
});
