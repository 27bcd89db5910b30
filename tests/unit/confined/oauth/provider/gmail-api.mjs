// gmail-api.mjs: users.messages.send and users.getProfile as Gmail has them, for fake-provider.mjs; judge-fake.mjs says whether Google's own client takes it for one.
// What is sent becomes FOLDER/ID.eml. Each mailbox has units a minute (100 a message). Answers that are to go wrong are ordered in front: POST /gmail/plan, a list of
// {"status", "reason", "message", "headers", "raw", "reset": "request" | "answer", "times"}; {} is a usual answer. GET /gmail/sent: [{"id", "at", "path", "message_id"}]; /gmail/said: the
// statuses in their order.
// Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/send, …/reference/quota, …/guides/handle-errors.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

const SEND = 'https://www.googleapis.com/auth/gmail.send', ALL = 'https://mail.google.com/';
const MOST = 36700160, MINUTE_MS = 60000, UNITS = 100;
const PATHS = { json: '/gmail/v1/users/me/messages/send', media: '/upload/gmail/v1/users/me/messages/send', profile: '/gmail/v1/users/me/profile' };

export function makeGmail({ folder, unitsPerMinute, scopeOf }) {
  const sent = [], said = [], plan = [];
  let times = []; // of the last minute

  const error = (status, reason, message) => ({ status, body: { error: { code: status, message, errors: [{ message, domain: 'global', reason }], status: reason } } });

  function decode(path, type, octets) {
    if (path === PATHS.media) return type.startsWith('message/rfc822') ? octets : undefined;
    const { raw } = JSON.parse(octets.toString());
    return typeof raw === 'string' && /^[\w-]+=*$/.test(raw) ? Buffer.from(raw, 'base64url') : undefined;
  }

  function store(path, message) {
    const id = randomBytes(8).toString('hex'), head = message.toString('latin1').split('\r\n\r\n', 1)[0];
    const messageId = /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? '';
    if (!/^(to|cc|bcc):/im.test(head)) return error(400, 'invalidArgument', 'Recipient address required');
    if (folder) writeFileSync(join(folder, `${id}.eml`), message);
    sent.push({ id, at: Date.now(), path, message_id: messageId, units: UNITS });
    return { status: 200, body: { id, threadId: id, labelIds: ['SENT'] } };
  }

  function send(path, type, octets) {
    const now = Date.now();
    times = times.filter((at) => now - at < MINUTE_MS);
    if ((times.length + 1) * UNITS > unitsPerMinute) return error(429, 'rateLimitExceeded', "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user'");
    times.push(now);
    if (octets.length > MOST * 4 / 3 + 100) return error(413, 'uploadTooLarge', 'Request Too Large');
    const message = decode(path, type, octets);
    return message ? store(path, message) : error(400, 'invalidArgument', "Invalid value for ByteString");
  }

  function usual(request, path, octets) {
    const scopes = scopeOf(request.headers.authorization?.slice('Bearer '.length))?.split(' ');
    if (!scopes) return error(401, 'authError', 'Request had invalid authentication credentials.');
    if (path === PATHS.profile) return scopes.includes(ALL) ? { status: 200, body: { emailAddress: 'me@example.org', messagesTotal: sent.length } }
      : error(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');
    if (!scopes.includes(SEND) && !scopes.includes(ALL)) return error(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.');
    return send(path, request.headers['content-type'] ?? '', octets);
  }

  // Returns: undefined: it is none of Gmail's; else {status, headers, body (an object, or text)}, or {cut: true}: the connection is to end now.
  return function answer(request, url, octets) {
    if (url.pathname === '/gmail/sent') return { status: 200, body: sent };
    if (url.pathname === '/gmail/said') return { status: 200, body: said };
    if (url.pathname === '/gmail/plan') {
      plan.push(...JSON.parse(octets.toString()));
      return { status: 200, body: {} };
    }
    const isSend = url.pathname === PATHS.json || (url.pathname === PATHS.media && url.searchParams.get('uploadType') === 'media');
    if (!(isSend && request.method === 'POST') && !(url.pathname === PATHS.profile && request.method === 'GET')) return undefined;
    const ordered = isSend ? plan[0] : undefined;
    if (ordered && (ordered.times = (ordered.times ?? 1) - 1) <= 0) plan.shift();
    if (ordered?.reset === 'request') return { cut: true };
    const given = ordered?.raw !== undefined ? { status: ordered.status, body: ordered.raw, type: ordered.type }
      : ordered?.status ? error(ordered.status, ordered.reason, ordered.message ?? ordered.reason) : usual(request, url.pathname, octets);
    said.push(given.status);
    return ordered?.reset === 'answer' ? { cut: true } : { ...given, headers: ordered?.headers };
  };
}
