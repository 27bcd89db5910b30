import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type PluginOption } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** As src/shell/page-files.c sends it, but for the frame: there app://mail, here the mock's data:. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; frame-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** The page is served from one folder of an exact table: no `crossorigin`, nothing that a scheme of one's own would have to answer by CORS. */
function plainTags(): Plugin {
  return { name: 'plain-tags', enforce: 'post', transformIndexHtml: (html) => html.replaceAll(' crossorigin', '') };
}

/** A Blob's octets are read by a process that this page has no way to (measured: NotReadableError in the window): postal-mime joins its pieces with ours. */
function ownBlob(): Plugin {
  return {
    name: 'own-blob',
    transform: (code, id) => (id.includes('/postal-mime/') && code.includes('new Blob(') ? `import { Pieces as Blob } from '${here('src/base/pieces.ts')}';\n${code}` : null),
  };
}

export default defineConfig(({ mode }) => ({
  root: mode === 'mock' ? here('mock') : here('.'),
  base: './',
  publicDir: false,
  plugins: [plainTags(), ownBlob()] as PluginOption[],
  resolve: {
    alias: [
      // CodeMirror puts its rules into a <style> element, which the policy forbids: ours adopts them (src/base/style-mod.ts).
      { find: /^style-mod$/, replacement: here('src/base/style-mod.ts') },
      { find: /^style-mod-original$/, replacement: here('node_modules/style-mod/src/style-mod.js') },
    ],
  },
  optimizeDeps: { exclude: ['postal-mime'] },
  build: {
    outDir: mode === 'mock' ? here('dist-mock') : here('dist'),
    emptyOutDir: true,
    target: 'safari17',
    cssTarget: 'safari18',
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': POLICY, 'X-Content-Type-Options': 'nosniff' } },
  server: { host: '127.0.0.1' },
}));
