// What core says, as it stands in the window: each of these is a sentence of core's own.
import { expect, test } from 'vitest';
import { plain } from '../src/words/plain';

test.each([
  ['nothing of it is on the command line', 'nothing of it is on the command line'],
  ['the vault is locked; unlock it first (`postrider vault unlock`)', 'the vault is locked; unlock it first'],
  ['it needs its passphrase: postrider vault unlock', 'it needs its passphrase'],
  ['there is no campaign 7; `postrider campaign list` shows those there are', 'there is no campaign 7'],
  ['no list is named: say --list NAME (`postrider lists` shows them)', 'no list is named'],
  ['there is no message: say --html FILE, --text FILE or both', 'there is no message'],
  ['people share an address with another one; each gets a mail of their own (--per address sends one for all)', 'people share an address with another one; each gets a mail of their own'],
  ['school.example is not a provider that Postrider knows: give --host, and --port and --tls where they differ from 587 and starttls',
    'school.example is not a provider that Postrider knows: give the server, and the port and the encryption where they differ from 587 and starttls'],
  ['without TLS it could be read on the way: use --tls starttls or implicit, or say --insecure', 'without TLS it could be read on the way: use STARTTLS or TLS from the start, or say that it may be so'],
  ['The server wants TLS first: set --tls starttls.', 'The server wants TLS first: set STARTTLS.'],
  ['it may wait for TLS from the start: try --tls implicit (port 465)', 'it may wait for TLS from the start: choose TLS from the start (port 465)'],
  ["the certificate is signed by itself: if you know that this fingerprint is your server's, pin it with --pin ab12", "the certificate is signed by itself: if you know that this fingerprint is your server's, pin it: ab12"],
  ['--from: line 1 column 3: no field may stand here', 'the sender: line 1 column 3: no field may stand here'],
  ['many were answered as gone, and nobody has said whether they are: resume with --gone suppress or --gone again', 'many were answered as gone, and nobody has said whether they are'],
  ['is the right column taken for it? (--map)', 'is the right column taken for it?'],
  ['If one of them does, say so with --map email=COLUMN or --map phone=COLUMN', 'If one of them does, say so'],
  ['an address like a--b@example.org, or a dash -- is none of ours', 'an address like a--b@example.org, or a dash -- is none of ours'],
])('%j', (said, shown) => {
  expect(plain(said)).toBe(shown);
  expect(plain(shown)).toBe(shown);
});
