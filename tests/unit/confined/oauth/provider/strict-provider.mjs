// strict-provider.mjs PORT-FILE [ACCESS-S [PORT [HOST CERT KEY]]]: npm's oidc-provider on a port of 127.0.0.1 (a free one), or by TLS on HOST's, with one public native client that
// must use PKCE, and whose refresh tokens rotate: a second use of one takes all back. ACCESS-S: seconds that an access token holds.
// GET /fresh-code signs somebody in as a browser would and answers what a redirect brings: {"code", "verifier", "redirect", "iss"}.
// GET /browse?url=URL[&deny=1][&stop=1][&login=NAME] does so at URL and follows the redirect to its end: {"url", "status", "text", "headers"}; deny: says no; login: else ann; stop: "url" alone.
// GET /seen: the paths that anybody asked for, in order.
// GET /asked: what /token was asked, in order: [{"grant_type", "begun", "ended", "status", "form", "answer"}], in milliseconds.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Provider } from 'oidc-provider';

const REDIRECT = 'http://127.0.0.1:49152/signed-in';
const accessS = Number(process.argv[3] ?? 3600);
const [host, cert, key] = process.argv.slice(5);
const server = host ? createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) }) : createServer();
await new Promise((listening) => server.listen(Number(process.argv[4] ?? 0), host ?? '127.0.0.1', listening));
const issuer = new URL(`${host ? 'https' : 'http'}://${host ?? '127.0.0.1'}:${server.address().port}`).origin; // without the port that goes without saying

const client = { client_id: 'postrider', application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/signed-in', 'http://localhost/'],
  grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const confidential = { ...client, client_id: 'with-secret', client_secret: 'a secret & more', token_endpoint_auth_method: 'client_secret_post' };
const provider = new Provider(issuer, {
  clients: [client, confidential],
  scopes: ['openid', 'email', 'offline_access', 'send'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false, // as Google's and Microsoft's: the address stands in the ID token itself
  features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: accessS },
  issueRefreshToken: async () => true,
  cookies: { keys: [randomBytes(16).toString('hex')] },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: `${id}@example.org`, email_verified: true }) }),
});

// --- a browser of few lines ---

class Browser {
  cookies = new Map();

  async fetch(url, options = {}) {
    const answer = await fetch(url, { ...options, redirect: 'manual',
      headers: { ...options.headers, cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  // follows until the redirect leaves the provider; forms of its development pages are filled in on the way
  async signIn(url, isDenied = false, login = 'ann') {
    for (let steps = 0; steps < 20; steps++) {
      const answer = await this.fetch(url);
      const target = answer.headers.get('location');
      if (target) {
        url = new URL(target, url).href;
        if (new URL(url).origin !== issuer) return new URL(url);
        continue;
      }
      const page = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page);
      const action = /<form[^>]* action="([^"]+)"/.exec(page);
      if (!prompt || !action) throw new Error(`no form: ${page.slice(0, 500)}`);
      if (isDenied) {
        url = new URL(/href="([^"]+\/abort)"/.exec(page)[1], url).href;
        continue;
      }
      const sent = await this.fetch(new URL(action[1], url), { method: 'POST', body: new URLSearchParams({ prompt: prompt[1], login, password: 'any' }) });
      url = new URL(sent.headers.get('location'), url).href;
      if (new URL(url).origin !== issuer) return new URL(url);
    }
    throw new Error('no end of redirects');
  }
}

async function makeCode(clientId) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: REDIRECT, scope: 'openid offline_access send', prompt: 'consent',
    state: randomBytes(16).toString('hex'), code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' });
  const back = await new Browser().signIn(`${issuer}/auth?${query}`);
  return { code: back.searchParams.get('code'), iss: back.searchParams.get('iss'), verifier, redirect: REDIRECT };
}

async function browse(query) {
  const back = await new Browser().signIn(query.get('url'), query.has('deny'), query.get('login') ?? 'ann');
  if (query.has('stop')) return { url: back.href };
  const answer = await fetch(back, { redirect: 'manual' });
  return { url: back.href, status: answer.status, text: await answer.text(), headers: Object.fromEntries(answer.headers) };
}

// --- what the token endpoint was asked ---

const asked = [];

// Looks at what others read and write, and takes nothing of it.
function note(request, response) {
  const one = { begun: performance.now(), form: '', answer: '' };
  asked.push(one);
  const emit = request.emit.bind(request);
  request.emit = (event, ...given) => {
    if (event === 'data') one.form += given[0];
    return emit(event, ...given);
  };
  const end = response.end.bind(response);
  response.end = (octets, ...further) => {
    if (octets && typeof octets !== 'function') one.answer += octets;
    return end(octets, ...further);
  };
  response.on('close', () => Object.assign(one, { grant_type: /grant_type=(\w+)/.exec(one.form)?.[1], ended: performance.now(), status: response.statusCode }));
}

const handle = provider.callback();
const seen = [];
const ours = {
  '/fresh-code': (query) => makeCode(query.get('client')),
  '/browse': browse,
  '/asked': async () => asked,
  '/seen': async () => seen,
};
server.on('request', (request, response) => {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/token') note(request, response);
  if (!ours[url.pathname]) seen.push(`${request.method} ${url.pathname}`);
  if (!ours[url.pathname]) return handle(request, response);
  return ours[url.pathname](url.searchParams).then((made) => response.end(JSON.stringify(made)), (error) => {
    response.statusCode = 500;
    response.end(String(error.stack));
  });
});
writeFileSync(`${process.argv[2]}.part`, String(server.address().port));
renameSync(`${process.argv[2]}.part`, process.argv[2]);
