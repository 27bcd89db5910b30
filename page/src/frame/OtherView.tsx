// Every view but the first: a piece of its own, so that the first one is on the screen sooner.
import { Empty } from '../parts/Notice';
import { Page } from '../parts/Page';
import { AccountEdit } from '../views/accounts/AccountEdit';
import { AccountForm } from '../views/accounts/AccountForm';
import { Accounts } from '../views/accounts/Accounts';
import { Activity } from '../views/activity/Activity';
import { Campaigns } from '../views/campaigns/Campaigns';
import { CorrectView } from '../views/campaigns/correct/CorrectView';
import { CampaignView } from '../views/campaigns/live/CampaignView';
import { NewCampaign, RetryCampaign } from '../views/campaigns/wizard/Wizard';
import { Compose } from '../views/compose/Compose';
import { Contacts } from '../views/contacts/Contacts';
import { ImportView } from '../views/contacts/import/ImportView';
import { ListView } from '../views/contacts/list/ListView';
import { PersonView } from '../views/contacts/person/PersonView';
import { Settings } from '../views/settings/Settings';
import { Suppressions } from '../views/suppressions/Suppressions';
import { words } from '../words';

const isId = (text: string) => /^[1-9]\d{0,19}$/.test(text);

function contacts(second: string, third: string) {
  if (second === '')
    return <Contacts />;
  if (second === 'import')
    return <ImportView />;
  if (second === 'list' && third !== '')
    return <ListView key={third} name={third} />;
  return second === 'person' && third !== '' ? <PersonView key={third} who={third} /> : null;
}

function campaigns(second: string, third: string) {
  if (second === '')
    return <Campaigns />;
  if (second === 'new')
    return <NewCampaign key={third} list={third} />;
  if (second === 'retry' && isId(third))
    return <RetryCampaign key={third} id={third} />;
  if (second === 'correct' && isId(third))
    return <CorrectView key={third} id={third} />;
  return isId(second) ? <CampaignView key={second} id={second} /> : null;
}

function accounts(second: string, third: string) {
  if (second === 'new')
    return <AccountForm />;
  if (second === 'edit' && third !== '')
    return <AccountEdit key={third} name={third} />;
  if (second === 'sign-in')
    return <Accounts signing={third} />;
  return second === '' || second === 'test' ? <Accounts tested={third} /> : null;
}

function find([first = '', second = '', third = '']: readonly string[]) {
  switch (first) {
    case 'contacts':
      return contacts(second, third);
    case 'compose':
      return <Compose />;
    case 'campaigns':
      return campaigns(second, third);
    case 'accounts':
      return accounts(second, third);
    case 'suppressions':
      return <Suppressions />;
    case 'activity':
      return <Activity />;
    case 'settings':
      return <Settings />;
    default:
      return null;
  }
}

export function OtherView({ route }: { route: readonly string[] }) {
  return (
    find(route) ?? (
      <Page title={words.notFound}>
        <Empty icon="search" title={words.notFound}>{words.notFoundText}</Empty>
      </Page>
    )
  );
}
