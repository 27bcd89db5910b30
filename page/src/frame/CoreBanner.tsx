import { Notice } from '../parts/Notice';
import { words } from '../words';

export function CoreBanner({ isLost }: { isLost: boolean }) {
  if (!isLost)
    return null;
  return (
    <Notice kind="bad" live title={words.lostTitle}>
      {words.lost}
    </Notice>
  );
}
