import { useEffect, useRef, useState } from 'react';
import { moment } from '../../base/format';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { TextField } from '../../parts/Field';
import { FaultNotice, Loading, Notice } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { go } from '../../state/router';
import { useQuery } from '../../state/query';
import { composeWords } from '../../words/compose';
import { Attachments } from './Attachments';
import { Body } from './Body';
import { changeDraft, EMPTY, isEmpty, useDraft } from './draft';
import { FieldChips } from './FieldChips';
import { insertText, type Insert } from './insert';
import { keep, restore, useKeeping } from './keep';
import { PreviewPane } from './PreviewPane';
import { LoadTemplate, SaveTemplate } from './Templates';
import { TestSend } from './TestSend';
import { useCalm } from './useCalm';
import { useColumns } from './useColumns';
import { usePeople } from './usePeople';
import { Warnings } from './Warnings';

type Open = 'load' | 'save' | 'test' | 'fresh' | null;

export function Compose() {
  const draft = useDraft();
  const keeping = useKeeping();
  const columns = useColumns();
  const people = usePeople();
  const calm = useCalm(draft);
  const accounts = useQuery('accounts', () => bridge().accountList());
  const [open, setOpen] = useState<Open>(null);
  const insert = useRef<Insert | null>(null); // into what was last written in
  const close = () => setOpen(null);
  const from = accounts.value?.[0]?.address ?? '';
  useEffect(() => () => void keep(), []);

  return (
    <Page
      title={composeWords.title}
      lead={composeWords.lead}
      fill
      actions={
        <>
          <Button disabled={!keeping.isReady} onClick={() => setOpen('load')}>{composeWords.load}</Button>
          <Button disabled={isEmpty(draft)} onClick={() => setOpen('save')}>{composeWords.saveAs}</Button>
          <Button disabled={isEmpty(draft)} onClick={() => setOpen('test')}>{composeWords.test.button}</Button>
          <Button kind="primary" icon="next" disabled={isEmpty(draft)} onClick={() => go('campaigns', 'new')}>{composeWords.use}</Button>
        </>
      }
    >
      {!keeping.isReady && (keeping.failure === null ? <Loading rows={6} /> : <FaultNotice failure={keeping.failure} onRetry={() => void restore()} />)}
      {keeping.isReady && (
        <div className="compose">
          <div className="stack">
            <FaultNotice title={composeWords.notKept} failure={keeping.failure} onRetry={() => void keep()} />
            {draft === keeping.back && (
              <Notice title={composeWords.back} action={<Button onClick={() => setOpen('fresh')}>{composeWords.fresh}</Button>}>{composeWords.backText(moment(keeping.changed))}</Notice>
            )}
            <div {...calm.handlers}>
              <Section>
                <TextField
                  label={composeWords.subject}
                  value={draft.subject}
                  maxLength={900}
                  spellCheck
                  onValue={(subject) => changeDraft({ subject })}
                  onFocus={(event) => {
                    const input = event.currentTarget;
                    insert.current = (text) => insertText(input, text, (subject) => changeDraft({ subject }));
                  }}
                />
                <FieldChips columns={columns.value ?? []} onField={(text) => insert.current?.(text)} />
                <Body draft={draft} onFocus={(next) => (insert.current = next)} />
                <Attachments draft={draft} onInsert={(text) => insert.current?.(text)} />
              </Section>
            </div>
            <Warnings draft={draft} columns={columns.value} isInside={calm.isInside} isCalm={calm.isCalm} />
            {!isEmpty(draft) && draft !== keeping.back && (
              <div className="row row-end">
                <Button kind="quiet" icon="trash" onClick={() => setOpen('fresh')}>{composeWords.fresh}</Button>
              </div>
            )}
          </div>
          <div className="compose-preview">
            <PreviewPane draft={draft} from={from} people={people} isCalm={calm.isCalm} />
          </div>
        </div>
      )}
      {open === 'load' && <LoadTemplate onClose={close} />}
      {open === 'save' && <SaveTemplate draft={draft} onClose={close} />}
      {open === 'test' && <TestSend draft={draft} somebody={people.somebody} onClose={close} />}
      {open === 'fresh' && (
        <ConfirmDialog title={composeWords.freshTitle} text={composeWords.freshText} yes={composeWords.fresh} danger onClose={close}
          onYes={() => {
            for (const { file } of draft.files)
              bridge().releaseFile(file).catch(() => {}); // it is released with the window at the latest
            changeDraft(EMPTY);
            void keep();
            close();
          }} />
      )}
    </Page>
  );
}
