// Core speaks to a terminal too, and names its options there. In the window the same sentence names what stands in the window, or leaves that part out.
import { table } from './table';

const NAMES = table({
  '--host': 'the server', '--port': 'the port', '--tls': 'the encryption', '--user': 'the user name', '--pin': 'the certificate’s fingerprint', '--insecure': 'that it may be so',
  '--helo': 'the name of this computer', '--display-name': 'the name that people see', '--connections': 'the number of connections', '--from': 'the sender', '--reply-to': 'the address for answers',
  '--test-to': 'your address', '--give-up': 'how long it is tried', '--per': 'who shares an address', '--consent': 'how they agreed', '--list': 'the list', '--map': 'what each column means',
  '--region': 'the country of the numbers', '--encoding': 'the encoding', '--rate': 'the pace', '--subject': 'the subject',
});
const VALUES = table({ starttls: 'STARTTLS', implicit: 'TLS from the start', none: 'no encryption' });

/** Turns of a sentence that no list of names gets right. */
const TURNS: [RegExp, string][] = [
  [/ ?\((?=[^()]*(?:--[a-z]|`))[^()]*\)/g, ''],
  [/: (?:say )?--(?:list|subject)\b.*$/, ''],
  [/pin it with --pin (\S+)/g, 'pin it: $1'],
  [/ with --map [^,;.]*/g, ''],
  [/--tls starttls or implicit/g, 'STARTTLS or TLS from the start'],
  [/(?:set|try) --tls implicit/g, 'choose TLS from the start'],
];

/** A part between brackets or marks that is a command, or an option without a name of its own. */
const COMMAND = /`[^`]*`|\bpostrider(?:-[a-z]+)? (?:--)?[a-z][a-z-]*(?: [a-z-]+)?|(?<![\w-])--[a-z][a-z-]*/;
const isCommand = (text: string) => COMMAND.test(text);

function name(text: string): string {
  return text.replace(/--tls (starttls|implicit|none)\b/g, (_, value: string) => VALUES[value] ?? value).replace(/(?<![\w-])(--[a-z][a-z-]*)(?: (?:[A-Z][A-Z=|]*|‘[^’]*’|'[^']*'))?/g, (all, option: string) => NAMES[option] ?? all);
}

/** Clauses, with what stands before each: "a, b: c" is ["", "a"], [", ", "b"], [": ", "c"]. */
function clausesOf(text: string): [string, string][] {
  const parts = text.split(/(; |: |, (?:or|and) |\. (?=[A-Z])|, )/);
  return parts.flatMap((part, index): [string, string][] => (index % 2 === 0 ? [[index === 0 ? '' : (parts[index - 1] ?? ''), part]] : []));
}

export function plain(text: string): string {
  if (!isCommand(text))
    return text;
  const turned = TURNS.reduce((left, [found, put]) => left.replace(found, put), text);
  const named = name(turned.replace(/ ?\([^()]*\)/g, (inside) => (isCommand(inside) ? '' : inside)));
  if (!isCommand(named))
    return named;
  const left = clausesOf(named).filter(([, clause]) => !isCommand(clause));
  const joined = left.map(([before, clause], index) => (index === 0 ? clause : before + clause)).join('');
  return joined.trim() === '' ? named.replace(new RegExp(COMMAND, 'g'), '…') : joined;
}
