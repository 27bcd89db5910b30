// A letter that is opened for writing, with the files that are kept with it: a template's, or a campaign's.
import { bridge } from '../../bridge';
import { currentDraft, EMPTY, fromParts, isEmpty, type DraftFile } from './draft';
import { replaceDraft } from './replaced';

export async function filesOf(kind: 'template' | 'campaign', which: string): Promise<DraftFile[]> {
  const files = await bridge().letterFiles(kind, which);
  return files.map(({ file, name, size, role }) => ({ file, name, size, role: role === 'inline' ? 'inline' : 'attach' }));
}

/** In place of what was being written. Returns: was something? */
export async function openLetter(parts: Record<string, string>, kind: 'template' | 'campaign', which: string): Promise<boolean> {
  const files = await filesOf(kind, which);
  const isReplaced = !isEmpty(currentDraft());
  replaceDraft({ ...EMPTY, ...fromParts(parts), template: kind === 'template' ? which : '', files });
  return isReplaced;
}
