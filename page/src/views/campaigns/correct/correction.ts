import type { CampaignMessage, Correction } from '../../../bridge';

export type Message = Pick<Required<Correction>, 'subject' | 'html' | 'text'>;
export const PARTS = ['subject', 'html', 'text'] as const;

/** What is written of it; a part that its kind of message does not have is empty. */
export const writtenOf = ({ subject = '', html = '', text = '' }: CampaignMessage): Message => ({ subject, html, text });

/** Only what was changed: what is missing stays as it was. */
export function changesOf(before: Message, after: Message): Correction {
  const changes: Correction = {};
  for (const part of PARTS)
    if (before[part] !== after[part])
      changes[part] = after[part];
  return changes;
}
