import { useRef, useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge, type ChosenFileRow, type ImportLook, type ImportOptions } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { SelectField, TextField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { Disclosure, Section } from '../../../parts/Page';
import { useAction } from '../../../state/action';
import { invalidate, useEvent, useQuery } from '../../../state/query';
import { importWords } from '../../../words/contacts';
import { ImportProgress } from './ImportProgress';
import type { Done } from './ImportView';
import { IntoList } from './IntoList';
import { LookTable } from './LookTable';
import { assign, hasAddress, rolesOf, toMapping, type Role } from './mapping';
import { isRejected, REJECTS_MAX, toReject, type Reject } from './rejects';

const { look: text } = importWords;

export interface Reading {
  header: string;
  region: string;
  sheet: string;
  encoding: string;
}

function toOptions({ header, region, sheet, encoding }: Reading): ImportOptions {
  return {
    ...(header !== 'auto' ? { header } : {}),
    ...(/^[A-Za-z]{2}$/.test(region) ? { region: region.toUpperCase() } : {}),
    ...(sheet.trim() !== '' ? { sheet: sheet.trim() } : {}),
    ...(encoding !== '' ? { encoding } : {}),
  };
}

interface Props {
  file: ChosenFileRow;
  onDone: (done: Done) => void;
  onOther: () => void;
}

export function LookStep({ file, onDone, onOther }: Props) {
  const [reading, setReading] = useState<Reading>({ header: 'auto', region: '', sheet: '', encoding: '' });
  const [changed, setChanged] = useState<Role[] | null>(null); // null: as it was guessed
  const options = toOptions(reading);
  const query = useQuery(`look/${file.file}/${JSON.stringify(options)}`, () => bridge().importLook(file.file, options));
  const look = query.value;
  const roles = changed ?? (look === undefined ? [] : rolesOf(look.look));
  const mapping = look === undefined ? {} : toMapping(look.look, roles);
  const load = useImport(file, onDone);
  if (load.busy)
    return <ImportProgress />;

  return (
    <>
      <Section title={text.title} actions={<Button onClick={onOther}>{text.other}</Button>}>
        <Loaded query={query} rows={6}>
          {(found) => (
            <>
              <p className="muted small" dir="auto">{text.file(oneLine(file.name, 80), found.look.format, found.look.encoding)}</p>
              {found.look.problem !== '' && changed === null && (
                <Notice kind="warn" title={text.problem}>
                  <p dir="auto">{oneLine(found.look.problem, 400)}</p>
                </Notice>
              )}
              {changed !== null && !hasAddress(roles) && <Notice kind="warn" title={text.problem}>{text.needAddress}</Notice>}
              <p>{text.text}</p>
              <LookTable look={found} roles={roles} onRole={(index, role) => setChanged(assign(roles, index, role))} />
            </>
          )}
        </Loaded>
        <ReadingFields reading={reading} look={look} onReading={(next) => {
          setReading(next);
          setChanged(null);
        }} />
      </Section>
      <IntoList
        suggestion={file.name}
        isReady={look !== undefined && (changed === null ? look.look.problem === '' : hasAddress(roles))}
        onImport={(list, consent, isDry) => void load.run(list, { ...options, name: oneLine(file.name, 128), ...mapping, ...(consent !== '' ? { consent } : {}), ...(isDry ? { dry_run: true } : {}) })}
      />
      <FaultNotice failure={load.failure} />
    </>
  );
}

/** Rejected rows come as events before the answer. */
function useImport(file: ChosenFileRow, onDone: (done: Done) => void) {
  const rejects = useRef<Reject[]>([]);
  useEvent(bridge().onImportRejected, (rows) => {
    for (const row of rows.filter(isRejected).slice(0, REJECTS_MAX - rejects.current.length))
      rejects.current.push(toReject(row));
  });
  return useAction(async (list: string, options: ImportOptions) => {
    rejects.current = [];
    const report = await bridge().import(file.file, list, options);
    invalidate('lists');
    onDone({ report, rejects: rejects.current, list: options.dry_run === true ? '' : list });
  });
}

const ENCODINGS = [['', text.encodingAuto], ['utf-8', 'UTF-8'], ['windows-1252', 'Windows-1252'], ['iso-8859-1', 'ISO 8859-1'], ['utf-16le', 'UTF-16']] as const;

function ReadingFields({ reading, look, onReading }: { reading: Reading; look: ImportLook | undefined; onReading: (reading: Reading) => void }) {
  const sheets = look?.look.sheets ?? [];
  return (
    <Disclosure summary={text.more}>
      <div className="grid-2">
        {sheets.length > 1 && (
          <SelectField label={text.sheet} value={reading.sheet} onValue={(sheet) => onReading({ ...reading, sheet })}
            options={[['', text.sheetAuto], ...sheets.map((name) => [name, name] as const)]} />
        )}
        <SelectField label={text.header} value={reading.header} onValue={(header) => onReading({ ...reading, header })} options={Object.entries(text.headers)} />
        <SelectField label={text.encoding} value={reading.encoding} onValue={(encoding) => onReading({ ...reading, encoding })} options={ENCODINGS} />
        <TextField label={text.region} hint={text.regionHint} value={reading.region} onValue={(region) => onReading({ ...reading, region })} maxLength={2} />
      </div>
    </Disclosure>
  );
}
