// The one way out of the page: window.postrider, as the contract types it.
import type { Postrider } from './contract';

export type { ChosenFile, Decimal, FrameRow, MessageFile, Postrider } from './contract';

export function bridge(): Postrider {
  return window.postrider;
}

type Result<K extends keyof Postrider> = Postrider[K] extends (...args: never[]) => Promise<infer R> ? R : never;
type Item<T> = T extends (infer I)[] ? I : never;

export type Account = Item<Result<'accountList'>>;
export type AccountChanges = Parameters<Postrider['accountSet']>[1];
export type AccountKind = Item<Result<'accountKinds'>>;
export type AccountReport = Result<'accountTest'>;
export type AccountSettings = Parameters<Postrider['accountAdd']>[1];
export type AccountSetting = Item<AccountKind['settings']>;
export type AuditRow = Item<Result<'auditList'>>;
export type Campaign = Result<'campaignShow'>;
export type CampaignMessage = Result<'campaignMessage'>;
export type Correction = Parameters<Postrider['campaignResume']>[1];
export type ChosenFileRow = Item<Result<'chooseFiles'>>;
export type DoctorRow = Item<Result<'doctor'>>;
export type ImportLook = Result<'importLook'>;
export type ImportOptions = Parameters<Postrider['import']>[2];
export type ImportReport = Result<'import'>;
export type KeptDraft = Result<'draftShow'>;
export type KeptDraftIn = Parameters<Postrider['draftKeep']>[0];
export type List = Item<Result<'lists'>>;
export type Look = Result<'look'>;
export type SignInEnd = Result<'accountSignInWait'>;
export type Person = Result<'contactShow'>;
export type PersonFound = Item<Result<'contactFind'>>;
export type MessagePart = Item<AccountKind['parts']>;
export type PrepareSpec = Parameters<Postrider['campaignPrepare']>[0];
export type PrepareSummary = Result<'campaignPrepare'>['summary'];
export type Settings = Result<'settingsShow'>;
export type Suppressed = Item<Result<'suppressList'>>;
export type TemplateRow = Item<Result<'templateList'>>;
export type VaultStatus = Result<'vaultStatus'>;
