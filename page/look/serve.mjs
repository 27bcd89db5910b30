// Serves the mock's build on loopback under the page's policy. Returns its address and a way to end it.
import { preview } from 'vite';
import { fileURLToPath } from 'node:url';

export async function serve() {
  const server = await preview({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    mode: 'mock',
    preview: { port: 0, strictPort: false, host: '127.0.0.1' },
    logLevel: 'error',
  });
  const { port } = server.httpServer.address();
  return { address: `http://127.0.0.1:${port}/`, stop: () => new Promise((done) => server.httpServer.close(done)) };
}
