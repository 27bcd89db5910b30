import { useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge, type Decimal, type FrameRow } from '../../../bridge';
import { SelectField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { useQuery } from '../../../state/query';
import { wizardWords } from '../../../words/campaigns';
import { MailView } from '../../compose/MailView';

const { check: text } = wizardWords;
const SAMPLES = 6;

interface Sample {
  id: Decimal;
  message: Uint8Array;
  address: string;
  name: string;
  why: string;
}

/** Frame MESSAGES: fields = message, address, name, why. The octets of a message came as text: one character an octet where they are not UTF-8. */
function toSample(row: FrameRow): Sample {
  const [message = '', address = '', name = '', why = ''] = row.fields;
  return { id: row.key, message: new TextEncoder().encode(message), address, name, why };
}

export function Samples({ campaign }: { campaign: Decimal }) {
  const query = useQuery(campaign === '' ? null : `samples/${campaign}`, async () => (await bridge().campaignPreview(campaign, '0', SAMPLES, true)).map(toSample));
  const [chosen, setChosen] = useState('');

  return (
    <div className="stack">
      <div>
        <h3>{text.samples}</h3>
        <p className="muted small">{text.samplesText}</p>
      </div>
      <Loaded query={query} rows={4}>
        {(samples) => {
          const sample = samples.find((one) => one.id === chosen) ?? samples[0];
          return sample === undefined ? null : (
            <>
              <SelectField label={text.sampleLabel} hideLabel value={sample.id} onValue={setChosen}
                options={samples.map((one) => [one.id, [oneLine(one.name || one.address, 50), text.why[one.why] ?? ''].filter(Boolean).join(' – ')] as const)} />
              <MailView key={sample.id} message={sample.message} />
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
