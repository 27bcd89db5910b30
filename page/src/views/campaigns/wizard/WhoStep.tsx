import { oneLine } from '../../../base/foreign';
import { day } from '../../../base/format';
import { bridge, type List } from '../../../bridge';
import { Button, LinkButton } from '../../../parts/Button';
import { CheckField, FieldSet, SelectField, TextField } from '../../../parts/Field';
import { Foreign } from '../../../parts/Foreign';
import { Loaded } from '../../../parts/Loaded';
import { Empty, Notice } from '../../../parts/Notice';
import { Disclosure } from '../../../parts/Page';
import { useQuery } from '../../../state/query';
import { toHash } from '../../../state/router';
import { wizardWords } from '../../../words/campaigns';
import { toCount } from '../../accounts/form';
import { useColumns } from '../../compose/useColumns';
import { people } from '../numbers';
import { useCampaigns } from '../useCampaigns';
import { titleOf } from '../title';
import { isWhoComplete } from './plan';
import { StepSection } from './StepSection';
import type { StepProps } from './step';

const { who: text } = wizardWords;

interface Props extends StepProps {
  retry?: { refused: string; title: string };
  onNext: () => void;
}

export function WhoStep({ plan, change, retry, onNext }: Props) {
  const query = useQuery('lists', () => bridge().lists());
  return (
    <StepSection
      title={text.title}
      next={
        <Button kind="primary" icon="next" disabled={!isWhoComplete(plan)} onClick={onNext}>
          {wizardWords.next}
        </Button>
      }
    >
      {retry !== undefined ? (
        <Notice>
          <p dir="auto">{text.retry(people(retry.refused), titleOf(retry.title, 80))}</p>
        </Notice>
      ) : (
        <Loaded query={query}>
          {(lists) =>
            lists.length === 0 ? (
              <Empty icon="people" title={text.noLists} action={<LinkButton kind="primary" href={toHash('contacts', 'import')}>{text.import}</LinkButton>}>{text.noListsText}</Empty>
            ) : (
              <>
                <ListChoice legend={text.lists} lists={lists} chosen={plan.lists} onChosen={(chosen) => change({ lists: chosen, exclude: plan.exclude.filter((name) => !chosen.includes(name)) })} />
                {plan.lists.length === 0 && <p className="field-hint">{text.needed}</p>}
                <Narrow plan={plan} change={change} lists={lists} />
              </>
            )
          }
        </Loaded>
      )}
    </StepSection>
  );
}

function ListChoice({ legend, lists, chosen, onChosen }: { legend: string; lists: readonly List[]; chosen: readonly string[]; onChosen: (chosen: string[]) => void }) {
  return (
    <FieldSet legend={legend}>
      <div className="choice-list">
        {lists.map((list) => (
          <CheckField
            key={list.name}
            label={
              <>
                <Foreign text={list.name} max={80} />
                <span className="muted number">{people(list.with_email)}</span>
              </>
            }
            checked={chosen.includes(list.name)}
            onChecked={(isChosen) => onChosen(isChosen ? [...chosen, list.name] : chosen.filter((name) => name !== list.name))}
          />
        ))}
      </div>
    </FieldSet>
  );
}

function Narrow({ plan, change, lists }: StepProps & { lists: readonly List[] }) {
  const columns = useColumns(plan.lists);
  const campaigns = useCampaigns();
  const others = lists.filter((list) => !plan.lists.includes(list.name));
  const fields = [['', text.noField] as const, ...(columns.value ?? []).map((column) => [column, oneLine(column, 60)] as const)];
  const sent = (campaigns.value ?? []).filter((campaign) => campaign.state !== 'prepared').slice(0, 100);
  const isUsed = plan.exclude.length > 0 || plan.field !== '' || plan.except !== '' || plan.per !== 'person' || plan.limit !== '';

  return (
    <Disclosure summary={text.narrow} open={isUsed}>
      <div className="grid-2">
        <SelectField label={text.where} value={plan.field} onValue={(field) => change({ field, value: field === '' ? '' : plan.value })} options={fields} />
        <TextField label={text.value} value={plan.value} disabled={plan.field === ''} onValue={(value) => change({ value })} maxLength={500} />
        <SelectField label={text.except} value={plan.except} onValue={(except) => change({ except })}
          options={[['', text.noExcept] as const, ...sent.map((campaign) => [campaign.id, `${titleOf(campaign.title, 50)} (${day(campaign.started)})`] as const)]} />
        <SelectField label={text.per} value={plan.per} onValue={(per) => change({ per: per === 'address' ? 'address' : 'person' })} options={[['person', text.perPerson], ['address', text.perAddress]]} />
        <TextField label={text.limit} hint={text.limitHint} inputMode="numeric" value={plan.limit} onValue={(limit) => change({ limit })} maxLength={9} error={toCount(plan.limit) === null ? text.limitBad : undefined} />
      </div>
      {others.length > 0 && plan.lists.length > 0 && <ListChoice legend={text.exclude} lists={others} chosen={plan.exclude} onChosen={(exclude) => change({ exclude })} />}
    </Disclosure>
  );
}
