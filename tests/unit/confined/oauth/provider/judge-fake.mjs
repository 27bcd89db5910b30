// judge-fake.mjs: Google's own client (google-auth-library) and oauth4webapi sign in at fake-provider.mjs: what they take for a provider's is worth testing against. TAP.
import { spawn } from 'node:child_process';
import { mkdtempSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gmail } from '@googleapis/gmail';
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import * as oauth from 'oauth4webapi';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'judge-'));
const children = [];
let count = 0, failed = 0;

function check(isGood, what, detail = '') {
  count++;
  if (!isGood) failed++;
  console.log(`${isGood ? 'ok' : 'not ok'} ${count} - ${what}${isGood ? '' : `\n# ${JSON.stringify(detail).slice(0, 500)}`}`);
}

async function start(form) {
  const file = join(folder, form);
  children.push(spawn(process.execPath, [join(here, 'fake-provider.mjs'), form, file], { stdio: ['ignore', 'inherit', 'inherit'] }));
  for (let tries = 0; !existsSync(file); tries++) {
    if (tries > 600) throw new Error(`${form} did not start`);
    await new Promise((later) => setTimeout(later, 50));
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

// Where a browser would be led: nobody listens there, so the fake's own browser is not asked to go.
async function redirected(url) {
  return new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'));
}

async function fails(work, pattern) {
  try {
    await work();
    return 'it did not fail';
  } catch (error) {
    const text = `${error.message} ${JSON.stringify(error.response?.data ?? error.cause ?? {})}`;
    return pattern.test(text) ? true : text;
  }
}

async function judgeGoogle(fake) {
  const redirect = 'http://127.0.0.1:49152/any/path';
  const client = new OAuth2Client({ clientId: fake.client.id, clientSecret: fake.client.secret, redirectUri: redirect,
    endpoints: { oauth2AuthBaseUrl: fake.authorize, oauth2TokenUrl: fake.token, oauth2RevokeUrl: fake.revoke } });
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const url = client.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope: ['https://mail.google.com/'], code_challenge: codeChallenge, code_challenge_method: CodeChallengeMethod.S256, state: 's' });
  const back = await redirected(url);
  check(back.searchParams.get('state') === 's' && back.searchParams.get('iss') === 'https://accounts.google.com', 'google: a redirect with state and issuer', back.href);
  const wrong = await fails(() => client.getToken({ code: back.searchParams.get('code'), codeVerifier: 'x'.repeat(43) }), /invalid_grant/);
  check(wrong === true, 'google: a wrong verifier is refused', wrong);
  const code = (await redirected(url)).searchParams.get('code');
  const { tokens } = await client.getToken({ code, codeVerifier });
  check(tokens.refresh_token && tokens.access_token && tokens.scope === 'https://mail.google.com/' && tokens.expiry_date > Date.now(), 'google: tokens for a code', tokens);
  const twice = await fails(() => client.getToken({ code, codeVerifier }), /invalid_grant/);
  check(twice === true, 'google: a code counts once', twice);
  client.setCredentials(tokens);
  const { credentials } = await client.refreshAccessToken();
  check(credentials.access_token !== tokens.access_token && credentials.refresh_token === tokens.refresh_token, 'google: a renewal keeps the refresh token', credentials);
  await client.revokeToken(tokens.refresh_token);
  const gone = await fails(() => client.refreshAccessToken(), /invalid_grant/);
  check(gone === true, 'google: what was taken back is renewed no more', gone);
  const secretless = new OAuth2Client({ clientId: fake.client.id, redirectUri: redirect, endpoints: { oauth2TokenUrl: fake.token } });
  const missing = await fails(() => secretless.getToken({ code: (code), codeVerifier }), /client_secret is missing/);
  check(missing === true, 'google: no client without its secret', missing);
}

// Google's client of its API sends by the fake, as JSON and by upload, and reads its refusals.
async function judgeMail(fake) {
  const client = new OAuth2Client({ clientId: fake.client.id, clientSecret: fake.client.secret, redirectUri: 'http://127.0.0.1:49152/', endpoints: { oauth2AuthBaseUrl: fake.authorize, oauth2TokenUrl: fake.token } });
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const url = client.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope: 'https://www.googleapis.com/auth/gmail.send', code_challenge: codeChallenge, code_challenge_method: CodeChallengeMethod.S256 });
  client.setCredentials((await client.getToken({ code: (await redirected(url)).searchParams.get('code'), codeVerifier })).tokens);
  const api = gmail({ version: 'v1', auth: client, rootUrl: fake.origin });
  const message = 'To: b@example.net\r\nMessage-ID: <1@example.org>\r\nSubject: a\r\n\r\nb\r\n';
  const json = await api.users.messages.send({ userId: 'me', requestBody: { raw: Buffer.from(message).toString('base64url') } }, { rootUrl: fake.origin });
  check(json.data.id && json.data.labelIds.includes('SENT'), 'gmail: Google\'s client sends as JSON', json.data);
  const media = await api.users.messages.send({ userId: 'me', media: { mimeType: 'message/rfc822', body: message } }, { rootUrl: fake.origin });
  check(media.data.id && media.data.id !== json.data.id, 'gmail: and by upload', media.data);
  const noRecipient = await fails(() => api.users.messages.send({ userId: 'me', requestBody: { raw: Buffer.from('Subject: a\r\n\r\nb\r\n').toString('base64url') } }, { rootUrl: fake.origin }), /Recipient address required/);
  check(noRecipient === true, 'gmail: a message to nobody', noRecipient);
  const profile = await fails(() => api.users.getProfile({ userId: 'me' }, { rootUrl: fake.origin }), /insufficient/i);
  check(profile === true, 'gmail: who may only send may not read', profile);
  await fetch(`${fake.origin}/gmail/plan`, { method: 'POST', body: JSON.stringify([{ status: 403, reason: 'domainPolicy' }]) });
  const policy = await fails(() => api.users.messages.send({ userId: 'me', requestBody: { raw: Buffer.from(message).toString('base64url') } }, { rootUrl: fake.origin, retry: false }), /domainPolicy/);
  check(policy === true, 'gmail: a refusal that was ordered', policy);
}

// Strict by the letter of the RFCs: state, issuer, types and forms of the answers.
async function judgeStrictly(form, fake, redirect, scope) {
  const server = { issuer: form === 'google' ? 'https://accounts.google.com' : fake.origin, authorization_endpoint: fake.authorize, token_endpoint: fake.token, revocation_endpoint: fake.revoke,
    authorization_response_iss_parameter_supported: form === 'google' };
  const client = { client_id: fake.client.id };
  const authentication = fake.client.secret ? oauth.ClientSecretPost(fake.client.secret) : oauth.None();
  const how = { [oauth.allowInsecureRequests]: true };
  const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState();
  const url = new URL(fake.authorize);
  for (const [key, value] of Object.entries({ client_id: client.client_id, redirect_uri: redirect, response_type: 'code', scope, state, code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256', ...(form === 'google' ? { access_type: 'offline', prompt: 'consent' } : {}) })) url.searchParams.set(key, value);
  const parameters = oauth.validateAuthResponse(server, client, await redirected(url), state);
  const first = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, redirect, verifier, how));
  check(first.access_token && first.refresh_token && first.token_type === 'bearer', `${form}: oauth4webapi takes the answer to a code`, first);
  const second = await oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, authentication, first.refresh_token, how));
  check(second.access_token !== first.access_token && (form === 'google' ? second.refresh_token === undefined : second.refresh_token !== first.refresh_token), `${form}: and the one to a renewal`, second);
  if (fake.revoke) await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, first.refresh_token, how));
}

try {
  console.log('1..17');
  const google = await start('google'), microsoft = await start('microsoft');
  await judgeGoogle(google);
  await judgeMail(google);
  await judgeStrictly('google', google, 'http://127.0.0.1:49152/a', 'https://mail.google.com/');
  await judgeStrictly('microsoft', microsoft, 'http://localhost:49152/', 'https://outlook.office.com/SMTP.Send offline_access');
  const path = await (await fetch(`${microsoft.authorize}?${new URLSearchParams({ client_id: microsoft.client.id, response_type: 'code', redirect_uri: 'http://localhost:1/path', scope: 'a', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })}`, { redirect: 'manual' })).json();
  check(path.error === 'invalid_request', 'microsoft: no redirect with a path', path);
} catch (error) {
  check(false, 'an error', String(error.stack));
}
for (const child of children) child.kill();
process.exit(failed > 0 || count !== 17 ? 1 : 0);
