// fake-provider.mjs FORM PORT-FILE [ACCESS-S [CERT KEY]] [--mail FOLDER] [--units N] [--delay MS]: a sign-in as Google (FORM google) or Microsoft (FORM microsoft) has it, as far as docs/providers.md says: which
// redirects, whether a secret, what the answers look like. CERT, KEY: by TLS, under the name localhost. judge-fake.mjs says whether Google's own client and oauth4webapi take it for one.
// Google has its mail, too (gmail-api.mjs): what is sent goes into FOLDER, N units a minute, and answered MS later.
// GET /introspect, with a token: {"email", "active"}; behind GET /deny none is.
// GET /browse?url=URL[&grant=SCOPES][&testing=1] is a person's browser: {"url", "status", "text"}. GET /me, with a token: 200 if it is one. GET /asked: the token endpoint's requests.
// Source: https://developers.google.com/identity/protocols/oauth2/native-app; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow; RFC 6749, 7009, 7636, 9207.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { parseArgs } from 'node:util';
import { makeGmail } from './gmail-api.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { mail: { type: 'string' }, units: { type: 'string' }, delay: { type: 'string' } } });
const [form, portFile, accessS = '3599', cert, key] = positionals;
const isGoogle = form === 'google';
const CLIENT = isGoogle ? { id: '123-abc.apps.googleusercontent.com', secret: 'GOCSPX-not-really' } : { id: '11111111-2222-3333-4444-555555555555' };
const ERROR_CODES = { invalid_grant: 70008, invalid_client: 700025, invalid_request: 900144 };

const server = cert ? createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }) : createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = cert ? `https://localhost:${server.address().port}` : `http://127.0.0.1:${server.address().port}`;
const paths = isGoogle ? { authorize: '/o/oauth2/v2/auth', token: '/token', revoke: '/revoke' } : { authorize: '/common/oauth2/v2.0/authorize', token: '/common/oauth2/v2.0/token' };

const codes = new Map(); // code -> what it was given for; used: it was exchanged
const refreshes = new Map(); // refresh token -> scope
const accesses = new Map(); // access token -> {scope, until: in milliseconds}
const asked = [];
let isDenied = false; // from now on every token is
const random = () => randomBytes(24).toString('base64url');

function scopeOf(access) {
  const given = accesses.get(access);
  return given && given.until > Date.now() ? given.scope : undefined;
}

const gmail = isGoogle ? makeGmail({ folder: options.mail, unitsPerMinute: Number(options.units ?? 6000), scopeOf }) : () => undefined;

class Refusal extends Error {
  constructor(status, error, description) {
    super(description);
    Object.assign(this, { status, error });
  }
}

function refusalBody({ error, message }) {
  return isGoogle ? { error, error_description: message }
    : { error, error_description: `AADSTS${ERROR_CODES[error] ?? 50000}: ${message}`, error_codes: [ERROR_CODES[error] ?? 50000], timestamp: '2026-11-01 00:00:00Z', trace_id: random(), correlation_id: random() };
}

// --- the authorization endpoint ---

function checkRedirect(text) {
  const redirect = new URL(text);
  const isFine = redirect.protocol === 'http:' && redirect.port !== '' &&
    (isGoogle ? ['127.0.0.1', '[::1]', 'localhost'].includes(redirect.hostname) : redirect.hostname === 'localhost' && redirect.pathname === '/' && redirect.search === '');
  if (!isFine) throw new Refusal(400, 'invalid_request', isGoogle ? 'redirect_uri_mismatch' : 'The redirect URI specified in the request does not match');
  return redirect;
}

function authorize(query, { grant, testing }) {
  for (const [key, value] of Object.entries({ response_type: 'code', client_id: CLIENT.id, code_challenge_method: 'S256' }))
    if (query.get(key) !== value) throw new Refusal(400, key === 'client_id' ? 'invalid_client' : 'invalid_request', `${key} is not ${value}`);
  if (!query.get('scope') || !/^[\w-]{43}$/.test(query.get('code_challenge') ?? '')) throw new Refusal(400, 'invalid_request', 'scope or code_challenge is missing');
  const redirect = checkRedirect(query.get('redirect_uri'));
  const code = isGoogle ? `4/0${random()}` : `M.C5_BAY.${random()}${'x'.repeat(800)}`;
  const scope = grant ?? query.get('scope');
  codes.set(code, { challenge: query.get('code_challenge'), redirect: query.get('redirect_uri'), scope, testing,
    isOffline: isGoogle ? query.get('access_type') === 'offline' && query.get('prompt') === 'consent' : query.get('scope').split(' ').includes('offline_access') });
  redirect.searchParams.set('code', code);
  redirect.searchParams.set('state', query.get('state'));
  for (const [key, value] of Object.entries(isGoogle ? { iss: 'https://accounts.google.com', scope, authuser: '0', prompt: 'consent' } : { session_state: random() })) redirect.searchParams.set(key, value);
  return redirect.href;
}

// --- the token endpoint ---

function give(scope, isOffline, testing) {
  const access = isGoogle ? `ya29.${random()}${'A'.repeat(180)}` : `eyJ0eXAiOiJKV1Qi.${random()}${'A'.repeat(1500)}.${random()}`;
  const refresh = isGoogle ? `1//0${random()}` : `0.AXoA${random()}${'B'.repeat(900)}`;
  accesses.set(access, { scope, until: Date.now() + Number(accessS) * 1000 });
  if (isOffline) refreshes.set(refresh, scope);
  const granted = isGoogle ? scope : scope.split(' ').filter((one) => one !== 'offline_access').join(' '); // a permission to ask again is none of the resource's
  return { access_token: access, expires_in: Number(accessS), token_type: 'Bearer', scope: granted, ...(isOffline ? { refresh_token: refresh } : {}),
    ...(isGoogle ? {} : { ext_expires_in: Number(accessS) }), ...(testing ? { refresh_token_expires_in: 604799 } : {}) };
}

function checkClient(body) {
  if (body.get('client_id') !== CLIENT.id) throw new Refusal(401, 'invalid_client', 'The OAuth client was not found.');
  if (isGoogle && body.get('client_secret') !== CLIENT.secret) throw new Refusal(body.has('client_secret') ? 401 : 400, body.has('client_secret') ? 'invalid_client' : 'invalid_request',
    body.has('client_secret') ? 'Unauthorized' : 'client_secret is missing.');
  if (!isGoogle && body.has('client_secret')) throw new Refusal(401, 'invalid_client', "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.");
}

function exchange(body) {
  const made = codes.get(body.get('code'));
  if (!made || made.used) throw new Refusal(400, 'invalid_grant', isGoogle ? 'Malformed auth code.' : 'The provided authorization code has already been redeemed or is invalid.');
  made.used = true;
  if (body.get('redirect_uri') !== made.redirect) throw new Refusal(400, 'invalid_grant', 'redirect_uri_mismatch');
  if (createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url') !== made.challenge) throw new Refusal(400, 'invalid_grant', 'Invalid code verifier.');
  return give(made.scope, made.isOffline, made.testing);
}

function refresh(body) {
  const scope = refreshes.get(body.get('refresh_token'));
  if (scope === undefined) throw new Refusal(400, 'invalid_grant', isGoogle ? 'Token has been expired or revoked.' : 'The provided authorization code or refresh token has expired due to inactivity.');
  return give(scope, !isGoogle, false); // Microsoft's rotate, and the old one goes on for a while; Google's stay
}

function token(body) {
  checkClient(body);
  switch (body.get('grant_type')) {
    case 'authorization_code': return exchange(body);
    case 'refresh_token': return refresh(body);
    default: throw new Refusal(400, 'unsupported_grant_type', 'Invalid grant_type');
  }
}

function revoke(query, body) {
  const one = body.get('token') ?? query.get('token');
  if (!refreshes.delete(one) && !accesses.delete(one)) throw new Refusal(400, 'invalid_token', 'Token expired or revoked');
  return {};
}

// --- a person's browser ---

async function browse(query) {
  const answer = await fetch(query.get('url') + (query.has('grant') ? `&fake_grant=${encodeURIComponent(query.get('grant'))}` : '') + (query.has('testing') ? '&fake_testing=1' : ''), { redirect: 'manual' });
  const back = answer.headers.get('location');
  if (!back) return { status: answer.status, text: await answer.text() };
  const shown = await fetch(back, { redirect: 'manual' });
  return { url: back, status: shown.status, text: await shown.text() };
}

async function answerFor(request, url, body) {
  const query = url.searchParams;
  if (url.pathname === paths.authorize && request.method === 'GET')
    return { status: 302, location: authorize(query, { grant: query.get('fake_grant') ?? undefined, testing: query.has('fake_testing') }) };
  if (url.pathname === paths.token && request.method === 'POST') {
    asked.push({ grant_type: body.get('grant_type'), at: performance.now() });
    return { status: 200, body: token(body) };
  }
  if (url.pathname === paths.revoke && request.method === 'POST') return { status: 200, body: revoke(query, body) };
  if (url.pathname === '/introspect') // for a server that is told whose the token is that it was shown
    return { status: 200, body: { email: 'ann@example.org', active: !isDenied && scopeOf(request.headers.authorization?.slice('Bearer '.length)) !== undefined } };
  if (url.pathname === '/deny') return { status: 200, body: { denied: isDenied = true } };
  if (url.pathname === '/me') return { status: scopeOf(request.headers.authorization?.slice('Bearer '.length)) !== undefined ? 200 : 401, body: {} };
  if (url.pathname === '/browse') return { status: 200, body: await browse(query) };
  if (url.pathname === '/asked') return { status: 200, body: asked };
  if (url.pathname === '/forget') return { status: 200, body: accesses.clear() ?? {} }; // every access token, before its end
  return { status: 404, body: {} };
}

server.on('request', async (request, response) => {
  const chunks = [];
  try {
    for await (const octets of request) chunks.push(octets);
  } catch {
    return; // it ended in the middle
  }
  const octets = Buffer.concat(chunks), url = new URL(request.url, origin);
  let answer;
  try {
    answer = gmail(request, url, octets) ?? await answerFor(request, url, new URLSearchParams(octets.length < 65536 ? octets.toString() : ''));
  } catch (error) {
    answer = error instanceof Refusal ? { status: error.status, body: refusalBody(error) } : { status: 500, body: { error: 'server_error', error_description: String(error.stack) } };
  }
  if (options.delay && url.pathname.includes('/gmail/v1/')) await new Promise((later) => setTimeout(later, Number(options.delay)));
  if (answer.cut) return request.socket.destroy();
  response.writeHead(answer.status, { 'Content-Type': answer.type ?? 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...answer.headers, ...(answer.location ? { Location: answer.location } : {}) });
  response.end(answer.location ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, null, 2));
});
writeFileSync(`${portFile}.part`, JSON.stringify({ origin, ...(isGoogle ? { api: origin, upload: origin } : {}), ...Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, origin + path])), client: CLIENT }));
renameSync(`${portFile}.part`, portFile);
