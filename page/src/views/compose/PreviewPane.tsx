import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { words as listed } from '../../base/format';
import { Button } from '../../parts/Button';
import { FaultNotice, Notice } from '../../parts/Notice';
import { Section } from '../../parts/Page';
import { composeWords } from '../../words/compose';
import type { Draft } from './draft';
import { FindPerson, type Chosen } from './FindPerson';
import { MailView } from './MailView';
import { usePreview } from './usePreview';

const { preview } = composeWords;

export function PreviewPane({ draft, from }: { draft: Draft; from: string }) {
  const [who, setWho] = useState<Chosen | null>(null);
  const [isFinding, setFinding] = useState(false);
  const shown = usePreview(draft, who?.who ?? '', from);

  return (
    <Section
      title={preview.title}
      actions={
        <>
          {who !== null && <Button kind="quiet" icon="close" onClick={() => setWho(null)}>{oneLine(who.name, 30)}</Button>}
          <Button icon="people" onClick={() => setFinding(true)}>{preview.find}</Button>
        </>
      }
    >
      {shown.missing.length > 0 && <Notice kind="warn">{preview.missing(listed(shown.missing.map((field) => `“${oneLine(field, 40)}”`)))}</Notice>}
      <FaultNotice failure={shown.failure} onRetry={shown.again} />
      {shown.message === null ? shown.failure === null && <p className="muted">{preview.empty}</p> : <MailView message={shown.message} />}
      {isFinding && (
        <FindPerson
          onClose={() => setFinding(false)}
          onChosen={(chosen) => {
            setWho(chosen);
            setFinding(false);
          }}
        />
      )}
    </Section>
  );
}
