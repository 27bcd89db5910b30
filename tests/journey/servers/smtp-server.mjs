// smtp-server.mjs - nodemailer's smtp-server as a journey's far end: STARTTLS, AUTH, each message kept as it came.
// node smtp-server.mjs --dir DIR [--port N] [--port-file FILE] [--cert PEM --key PEM [--implicit]] [--user U --password P | --user U --token T | --user U --userinfo URL] [--refuse REGEX]
// --token: it takes XOAUTH2 and nothing else; another token is answered by a 334 with JSON, then 535.
// --implicit: TLS from the first octet.
// --userinfo: the same, with any token for which the provider's userinfo endpoint says who it is of (OpenID Connect Core §5.3).
// DIR/N.eml: the octets; DIR/N.json: {"from", "to": [...], "secure", "user"}; both are there before the 250 goes out.
// It speaks PIPELINING, 8BITMIME, SMTPUTF8, SIZE; no CHUNKING: the other half of what our transport must do.
import { createWriteStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SMTPServer } from 'smtp-server';

const words = Object.fromEntries(['dir', 'port', 'port-file', 'cert', 'key', 'user', 'password', 'token', 'userinfo', 'refuse'].map((name) => [name, { type: 'string' }]));
const { values } = parseArgs({ options: { ...words, implicit: { type: 'boolean' } } });
if (!values.dir) {
  console.error('smtp-server.mjs: --dir is missing');
  process.exit(64);
}
mkdirSync(values.dir, { recursive: true });
const refuse = values.refuse ? new RegExp(values.refuse, 'i') : null;
let count = 0;

const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

const isKnown = async (token) => (await fetch(values.userinfo, { headers: { authorization: `Bearer ${token}` } })).ok;

const server = new SMTPServer({
  name: 'localhost',
  size: 64 * 1024 * 1024,
  secure: values.implicit ?? false,
  disableReverseLookup: true,
  logger: false,
  maxClients: 200,
  authOptional: !values.user,
  disabledCommands: [...(values.cert ? [] : ['STARTTLS']), ...(values.user ? [] : ['AUTH'])],
  allowInsecureAuth: !values.cert,
  authMethods: values.token || values.userinfo ? ['XOAUTH2'] : ['PLAIN', 'LOGIN'],
  ...(values.cert ? { cert: readFileSync(values.cert), key: readFileSync(values.key) } : {}),
  async onAuth(auth, session, done) {
    if (auth.method === 'XOAUTH2') {
      let isTheirs;
      try {
        isTheirs = auth.username === values.user && (auth.accessToken === values.token || (values.userinfo && (await isKnown(auth.accessToken))));
      } catch {
        return done(refusal(454, '4.7.0 the provider cannot be asked'));
      }
      return isTheirs ? done(null, { user: auth.username }) : done(null, { data: { status: '401', schemes: 'bearer' } });
    }
    if (auth.username === values.user && auth.password === values.password) return done(null, { user: auth.username });
    return done(refusal(535, '5.7.8 wrong user or password'));
  },
  onRcptTo(address, session, done) {
    done(refuse?.test(address.address) ? refusal(550, '5.1.1 no such user') : null);
  },
  onData(stream, session, done) {
    const base = join(values.dir, String(++count));
    const out = createWriteStream(`${base}.part`);
    stream.pipe(out);
    out.on('error', (error) => done(refusal(452, error.message)));
    out.on('finish', () => {
      if (stream.sizeExceeded) return done(refusal(552, '5.3.4 too large'));
      const { mailFrom, rcptTo } = session.envelope;
      writeFileSync(`${base}.json.part`, JSON.stringify({
        from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), secure: session.secure, user: session.user ?? null,
      }));
      renameSync(`${base}.json.part`, `${base}.json`);
      renameSync(`${base}.part`, `${base}.eml`);
      return done(null, 'kept');
    });
  },
});

server.on('error', (error) => { // a client that hangs up; what matters shows in the folder
  if (['EADDRINUSE', 'EACCES'].includes(error.code)) {
    console.error(`smtp-server.mjs: ${error.message}`);
    process.exit(71);
  }
});
server.listen(Number(values.port ?? 0), '127.0.0.1', () => {
  const { port } = server.server.address();
  if (!values['port-file']) return console.log(port);
  writeFileSync(`${values['port-file']}.part`, `${port}\n`);
  return renameSync(`${values['port-file']}.part`, values['port-file']);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
