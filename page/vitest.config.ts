import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vite.config.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig((env) =>
  mergeConfig(base({ ...env, mode: 'test' }), {
    test: {
      environment: 'happy-dom',
      environmentOptions: { happyDOM: { settings: { disableIframePageLoading: true, handleDisabledFileLoadingAsSuccess: true } } }, // what is in frames is the shell's
      server: { deps: { inline: [/@codemirror/, /style-mod/, /postal-mime/] } }, // as in the bundle: with our style-mod and our pieces
      include: ['test/**/*.test.{ts,tsx,mjs}'],
      setupFiles: [here('test/setup.ts')],
      restoreMocks: true,
      testTimeout: 30_000, // two cores, shared
      reporters: ['dot'],
    },
  }),
);
