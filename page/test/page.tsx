// The whole page at an address, on a mock of the bridge.
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { expect } from 'vitest';
import { bridgeOf, Mock, type MockOptions } from '../mock/mock';
import { MockFault } from '../mock/events';
import { App } from '../src/App';

export function open(address: string, options: MockOptions = {}, prepare: (mock: Mock) => void = () => {}) {
  const mock = new Mock({ isLive: false, ...options });
  mock.overrides.showMail = async () => 'about:blank'; // what is in the frame is the shell's
  prepare(mock);
  window.postrider = bridgeOf(mock);
  window.location.hash = '#/' + address;
  const view = render(<App />);
  return { mock, user: userEvent.setup(), ...view };
}

export const fail = (mock: Mock, method: string, text: string, fault = 'TempFail') => mock.failures.set(method, new MockFault(fault, text));

export const callsOf = (mock: Mock, method: string) => mock.calls.filter(([name]) => name === method).map(([, ...args]) => args);

export const heading = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name });

/** No script, handler, image or frame came out of a value: all that a stranger wrote is text. */
export function expectNoMarkup(): void {
  expect(document.querySelectorAll('script, img, style, object, embed, [onerror], [onmouseover], [onclick]')).toHaveLength(0);
  for (const frame of document.querySelectorAll('iframe'))
    expect(frame.getAttribute('sandbox')).toBe('');
  expect(document.body.textContent).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
}

export async function expectAccessible(): Promise<void> {
  // what needs a real layout (colours, sizes, frames) is looked at by look/shots.mjs
  const { violations } = await axe.run(document.body, { iframes: false, rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
}
