import { useState } from 'react';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { TextField } from '../../parts/Field';
import { FaultNotice } from '../../parts/Notice';
import { Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { forgetAll } from '../../state/query';
import { go } from '../../state/router';
import { say } from '../../state/toast';
import { settingsWords } from '../../words/rest';
import { forgetDraft } from '../compose/keep';

const { wipe: text } = settingsWords;

export function DeleteAll() {
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const wipe = useAction(async () => {
    await bridge().deleteAll(text.word);
    say(text.done);
    forgetAll();
    forgetDraft();
    setAsking(false);
    go('start');
  });

  return (
    <Section title={text.title}>
      <p>{text.text}</p>
      <div className="row">
        <Button kind="danger" icon="trash" onClick={() => setAsking(true)}>{text.button}</Button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={text.ask}
          text={
            <>
              <p>{text.text}</p>
              <TextField label={text.type(text.word)} value={typed} onValue={setTyped} maxLength={16} />
            </>
          }
          yes={text.yes}
          danger
          busy={wipe.busy}
          disabled={typed.trim().toLowerCase() !== text.word}
          problem={<FaultNotice failure={wipe.failure} />}
          onYes={() => void wipe.run()}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}
