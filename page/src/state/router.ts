// Addresses behind the #: views can be linked to, and Back works. "#/contacts/person/12" is ['contacts', 'person', '12'].
import { useSyncExternalStore } from 'react';

function read(): string {
  return window.location.hash.replace(/^#\/?/, '');
}

function subscribe(watcher: () => void): () => void {
  window.addEventListener('hashchange', watcher);
  return () => window.removeEventListener('hashchange', watcher);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a broken escape is shown as it stands
  }
}

export function useRoute(): string[] {
  const hash = useSyncExternalStore(subscribe, read);
  return hash === '' ? ['start'] : hash.split('/').map(decode);
}

export function toHash(...parts: string[]): string {
  return '#/' + parts.map(encodeURIComponent).join('/');
}

export function go(...parts: string[]): void {
  window.location.hash = toHash(...parts);
}
