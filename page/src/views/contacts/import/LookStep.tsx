import { useRef, useState } from 'react';
import { oneLine, sentence } from '../../../base/foreign';
import { number } from '../../../base/format';
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
import type { Done } from './done';
import { IntoList } from './IntoList';
import { LookTable } from './LookTable';
import { assign, hasAddress, rolesOf, toMapping, type Role } from './mapping';
import { Readings } from './Readings';
import { isRejected, REJECTS_MAX, toReject, type Reject } from './rejects';

const { look: text } = importWords;

export interface Reading {
  header: string;
  region: string;
  sheet: string;
  encoding: string;
  several: string;
  left: string;
}

function toOptions({ header, region, sheet, encoding, several, left }: Reading): ImportOptions {
  return {
    ...(header !== 'auto' ? { header } : {}),
    ...(/^[A-Za-z]{2}$/.test(region) ? { region: region.toUpperCase() } : {}),
    ...(sheet.trim() !== '' ? { sheet: sheet.trim() } : {}),
    ...(encoding !== '' ? { encoding } : {}),
    ...(several !== 'listed' ? { several } : {}),
    ...(left !== 'listed' ? { left } : {}),
  };
}

interface Props {
  file: ChosenFileRow;
  onDone: (done: Done) => void;
  onOther: () => void;
}

export function LookStep({ file, onDone, onOther }: Props) {
  const [reading, setReading] = useState<Reading>({ header: 'auto', region: '', sheet: '', encoding: '', several: 'listed', left: 'listed' });
  const [changed, setChanged] = useState<Role[] | null>(null); // null: as it was guessed
  const options = toOptions(reading);
  const query = useQuery(`look/${file.file}/${JSON.stringify(options)}`, () => bridge().importLook(file.file, options));
  const look = query.value;
  const roles = changed ?? (look === undefined ? [] : rolesOf(look.look));
  const mapping = look === undefined ? {} : toMapping(look.look, roles);
  const load = useImport(file, onDone);
  const read = (next: Reading) => {
    setReading(next);
    setChanged(null);
  };
  if (load.busy)
    return <ImportProgress />;

  return (
    <>
      <Section title={text.title} actions={<Button onClick={onOther}>{text.other}</Button>}>
        <Loaded query={query} rows={6}>
          {(found) => (
            <>
              <p className="muted small" dir="auto">{text.file(oneLine(file.name, 80), found.look.format, found.look.encoding)}</p>
              <Readings readings={found.look.readings} onEncoding={(encoding) => read({ ...reading, encoding })} />
              {found.look.problem !== '' && changed === null && found.look.readings.length === 0 && (
                <Notice kind="warn" title={text.problem}>
                  <p dir="auto">{sentence(found.look.problem)}</p>
                </Notice>
              )}
              {found.look.notes.length > 0 && (
                <ul className="bullets muted small">
                  {found.look.notes.map((note) => (
                    <li key={note} dir="auto">{sentence(note)}</li>
                  ))}
                </ul>
              )}
              {changed !== null && !hasAddress(roles) && <Notice kind="warn" title={text.problem}>{text.needAddress}</Notice>}
              <p>{text.text}</p>
              <LookTable look={found} roles={roles} onRole={(index, role) => setChanged(assign(roles, index, role))} />
            </>
          )}
        </Loaded>
        <ReadingFields reading={reading} look={look} onReading={read} />
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
  const doubts = useRef<Reject[]>([]);
  useEvent(bridge().onImportRejected, (rows) => {
    for (const row of rows) {
      const { current } = isRejected(row) ? rejects : doubts;
      if (current.length < REJECTS_MAX)
        current.push(toReject(row));
    }
  });
  return useAction(async (list: string, options: ImportOptions) => {
    rejects.current = [];
    doubts.current = [];
    const report = await bridge().import(file.file, list, options);
    invalidate('lists');
    onDone({ report, rejects: rejects.current, doubts: doubts.current, list: options.dry_run === true ? '' : list, options });
  });
}

const ENCODINGS = [['', text.encodingAuto], ['utf-8', 'UTF-8'], ['windows-1252', 'Windows-1252'], ['iso-8859-1', 'ISO 8859-1'], ['utf-16le', 'UTF-16']] as const;
const HEADER_CELLS = 4; // shown of a row that may be the header

/** The one that a person chose by its names may be none of the usual ones. */
function encodingsWith(chosen: string): readonly (readonly [string, string])[] {
  return ENCODINGS.some(([name]) => name === chosen) ? ENCODINGS : [...ENCODINGS, [chosen, chosen]];
}

function headersOf(look: ImportLook | undefined): (readonly [string, string])[] {
  const rows = (look?.head ?? []).map((row) => [row.key, text.headerRow(number(row.key), row.fields.filter((cell) => cell !== '').slice(0, HEADER_CELLS).map((cell) => oneLine(cell, 20)).join(', '))] as const);
  return [...Object.entries(text.headers), ...rows];
}

function ReadingFields({ reading, look, onReading }: { reading: Reading; look: ImportLook | undefined; onReading: (reading: Reading) => void }) {
  const sheets = look?.look.sheets ?? [];
  return (
    <Disclosure summary={text.more}>
      <div className="grid-2">
        {sheets.length > 1 && (
          <SelectField label={text.sheet} value={reading.sheet} onValue={(sheet) => onReading({ ...reading, sheet })}
            options={[['', text.sheetAuto], ...sheets.map((name) => [name, name] as const)]} />
        )}
        <SelectField label={text.header} value={reading.header} onValue={(header) => onReading({ ...reading, header })} options={headersOf(look)} />
        <SelectField label={text.encoding} value={reading.encoding} onValue={(encoding) => onReading({ ...reading, encoding })} options={encodingsWith(reading.encoding)} />
        <SelectField label={text.several} value={reading.several} onValue={(several) => onReading({ ...reading, several })} options={Object.entries(text.severals)} />
        <SelectField label={text.left} value={reading.left} onValue={(left) => onReading({ ...reading, left })} options={Object.entries(text.lefts)} />
        <TextField label={text.region} hint={text.regionHint} value={reading.region} onValue={(region) => onReading({ ...reading, region })} maxLength={2} />
      </div>
    </Disclosure>
  );
}
