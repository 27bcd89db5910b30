// Core's table of kinds (src/core/account/kind-smtp.c, kind-oauth.c), as far as the page asks for it; test/kinds.test.mjs holds it against core's own.
import type { AccountKind, AccountSetting, MessagePart } from '../src/bridge';

export const setting = (part: Partial<AccountSetting>): AccountSetting => ({
  key: '', type: 's', required: false, fallback: '', least: 0, most: 0, words: [], labels: [], place: false, group: '', when: '', label: '', hint: '', value: '', help: '', seconds: 0, unit: '', pool: '', ...part,
});

const limit = (key: string, label: string, seconds: number) => setting({ key, type: 'u', group: 'limits', label, seconds, unit: 'message', pool: 'account' });

export const part = (of: Partial<MessagePart>): MessagePart => ({ name: '', written: true, required: false, body: false, most: 0, option: '', ...of });

export const MAIL: MessagePart[] = [
  part({ name: 'subject', required: true, most: 8192 }),
  part({ name: 'html', body: true, most: 4194304 }),
  part({ name: 'text', body: true, most: 4194304 }),
  part({ name: 'from', written: false }),
  part({ name: 'reply_to', written: false }),
  part({ name: 'unsubscribe', written: false }),
];

export const SMTP: AccountKind = {
  word: 'smtp', title: 'E-mail (SMTP)', address: 'email', message: 'mail', parts: MAIL, secret: 'password', client: '', can: [], endpoints: ['smtp'],
  settings: [
    setting({ key: 'host', required: true, most: 253, place: true, group: 'server', label: 'Mail server for sending (SMTP)' }),
    setting({ key: 'port', type: 'q', required: true, fallback: '587', least: 1, most: 65535, place: true, group: 'server', label: 'Port' }),
    setting({ key: 'user', fallback: '{address}', most: 320, place: true, group: 'login', label: 'User name', hint: 'Usually the whole e-mail address.' }),
    setting({
      key: 'tls', required: true, fallback: 'starttls', group: 'server', label: 'Protection', words: ['starttls', 'implicit', 'none'],
      labels: ['STARTTLS (usual with port 587)', 'TLS from the start (usual with port 465)', 'None (only for this computer)'],
    }),
    setting({
      key: 'insecure', type: 'b', group: 'server', when: 'unencrypted', label: 'Send without protection although the server is not on this computer',
      hint: 'Everybody on the way can read your password and your messages.',
    }),
    setting({ key: 'pin', value: 'HEX' }),
    setting({ key: 'connections', type: 'u', least: 1, most: 50 }),
    limit('per_minute', 'At most a minute', 60),
    limit('per_hour', 'At most an hour', 3600),
    limit('per_day', 'At most a day', 86400),
    setting({ key: 'helo' }),
    setting({ key: 'display_name', most: 256 }),
  ],
};

/** What all that send mail have beside their place. */
const PLACE = SMTP.settings.slice(SMTP.settings.findIndex(({ key }) => key === 'connections'));

export const GMAIL: AccountKind = {
  word: 'gmail', title: 'Gmail', address: 'email', message: 'mail', parts: MAIL, secret: 'oauth', client: 'secret', can: [], endpoints: ['api', 'upload'],
  settings: [
    setting({
      key: 'via', fallback: 'api', place: true, group: 'server', label: 'Sends by', hint: 'Its mail server wants the right to read all mail, too.', words: ['api', 'smtp'],
      labels: ['Gmail\'s own way for programs (API)', 'The provider\'s mail server'],
    }),
    setting({ key: 'client_id', required: true, most: 512, place: true, group: 'login', label: 'Client ID' }),
    setting({
      key: 'units_per_minute', type: 'u', least: 100, most: 1200000, group: 'limits', label: 'Google\'s units a minute',
      hint: 'By the API: a message costs 100. New projects have 6000, older ones 15000.',
    }),
    ...PLACE,
  ],
};
