import { afterEach, expect, test } from 'vitest';

const before = Object.getOwnPropertyDescriptor(navigator, 'language');
afterEach(() => {
  if (before === undefined)
    Reflect.deleteProperty(navigator, 'language');
  else
    Object.defineProperty(navigator, 'language', before);
});

test('the plot is loaded where the language is called C', async () => {
  Object.defineProperty(navigator, 'language', { value: 'C', configurable: true });
  expect(() => new Intl.NumberFormat(navigator.language)).toThrow(RangeError); // as WebKitGTK has it
  const { default: Library } = await import('../src/views/campaigns/live/plot-library');
  expect(Library).toBeTypeOf('function');
});
