import { oneLine } from '../../base/foreign';
import { suppressionWords } from '../../words/rest';

/** "all", "from:ADDR", "list:NAME" in words. */
export function scopeText(scope: string): string {
  if (scope.startsWith('list:'))
    return suppressionWords.scopeList(oneLine(scope.slice(5), 60));
  if (scope.startsWith('from:'))
    return suppressionWords.scopeFrom(oneLine(scope.slice(5), 60));
  return scope === 'all' ? suppressionWords.scopeAll : oneLine(scope, 60);
}
