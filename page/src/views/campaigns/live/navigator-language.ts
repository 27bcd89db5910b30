// uPlot asks Intl for navigator.language while it is loaded. WebKitGTK says "C" there where LANG is C or unset, which Intl refuses (2.50, measured).
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}

export {};
