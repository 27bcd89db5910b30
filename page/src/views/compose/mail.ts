// A raw MIME message taken apart for looking at. The parser is loaded when the first message is shown.
import type { Email } from 'postal-mime';
import { printable } from '../../base/foreign';

export interface Mail {
  subject: string;
  from: string;
  to: string;
  html: string;
  text: string;
  files: string[];
  source: string;
}

const SOURCE_MAX = 256 * 1024; // characters shown; chosen

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content instanceof Uint8Array ? content : new Uint8Array(content);
}

/** Pictures inside the message: the frame may load data: and nothing else. */
function withPictures(mail: Email): string {
  let html = mail.html ?? '';
  for (const part of mail.attachments) {
    const id = part.contentId?.replace(/^<|>$/g, '');
    if (id === undefined || !/^image\/[a-z.+-]+$/i.test(part.mimeType))
      continue;
    html = html.replaceAll(`cid:${id}`, `data:${part.mimeType};base64,${toBase64(bytesOf(part.content))}`);
  }
  return html;
}

const people = (list: Email['to']) => (list ?? []).map((one) => (one.name !== '' ? `${one.name} <${one.address ?? ''}>` : (one.address ?? ''))).join(', ');

export async function readMail(message: Uint8Array): Promise<Mail> {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(message);
  return {
    subject: mail.subject ?? '',
    from: people(mail.from === undefined ? [] : [mail.from]),
    to: people(mail.to),
    html: withPictures(mail),
    text: mail.text ?? '',
    files: mail.attachments.filter((part) => part.disposition !== 'inline').map((part) => part.filename ?? part.mimeType),
    source: printable(new TextDecoder().decode(message.subarray(0, SOURCE_MAX))),
  };
}
