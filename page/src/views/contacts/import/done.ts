// What an import leaves for its last step.
import type { ImportOptions, ImportReport } from '../../../bridge';
import type { Reject } from './rejects';

export interface Done {
  report: ImportReport;
  rejects: Reject[];
  doubts: Reject[]; // taken, but they look like typing errors
  list: string;
  options: ImportOptions;
}
