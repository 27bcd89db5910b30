// Drawn here, 20 × 20, in the text's colour: nothing is fetched and no font is needed.
const PATHS = {
  start: 'M3 9.5 10 4l7 5.5M5 8v8h10V8M8.5 16v-4h3v4',
  people: 'M7 9a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 7 9ZM2 16c0-2.8 2.2-4.5 5-4.5s5 1.7 5 4.5M13 8.7a2.3 2.3 0 1 0-.6-4.5M14 11.7c2.4.3 4 1.9 4 4.3',
  compose: 'M4 16h12M5 13l1-3.5L13.5 2.5l2.5 2.5L8.5 12.2 5 13Z',
  account: 'M2.5 5h15v10h-15zM2.5 5.5 10 11l7.5-5.5',
  campaign: 'M3 10.5 17 4l-4.5 13-3-5.5L3 10.5ZM9.5 11.5 17 4',
  stop: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM5.2 5.2l9.6 9.6',
  activity: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.3l2.7 1.7',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  plus: 'M10 4v12M4 10h12',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4 10.5 4 4 8-9',
  warning: 'M10 3 2.5 16.5h15L10 3ZM10 8v4M10 14.2v.1',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 9v4.5M10 6.6v.1',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  upload: 'M10 13V4M6 8l4-4 4 4M3.5 13v3h13v-3',
  download: 'M10 4v9M6 9l4 4 4-4M3.5 13v3h13v-3',
  paste: 'M6 4H4v13h12V4h-2M7 2.5h6v3H7z',
  next: 'm8 4 6 6-6 6',
  back: 'm12 4-6 6 6 6',
  down: 'm4 8 6 6 6-6',
  pause: 'M7 4v12M13 4v12',
  play: 'M6 4v12l10-6L6 4Z',
  again: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5',
  undo: 'M7.5 4 4 7.5 7.5 11M4 7.5h8a4 4 0 0 1 0 8H8',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6',
  lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  clip: 'm14.5 9.5-5 5a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 3 2.9l-5.7 5.7a1 1 0 0 1-1.5-1.4l5-5',
  eye: 'M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10ZM10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z',
  phone: 'M6.5 2.5h7v15h-7zM9 15.5h2',
  screen: 'M2.5 4h15v9.5h-15zM7 16.5h6',
  link: 'M8.5 11.5 11.5 8.5M9 6l1.5-1.5a3 3 0 0 1 4.5 4.5L13.5 10.5M11 14l-1.5 1.5A3 3 0 0 1 5 11l1.5-1.5',
  list: 'M7 5.5h10M7 10h10M7 14.5h10M3.5 5.5v.1M3.5 10v.1M3.5 14.5v.1',
  copy: 'M7 7h9v10H7zM4 13V3h9',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
