// Invented people, the same every time: person i is computed, so a million cost nothing. Names are common words and letters, no one's.
const FIRST = ['Alma', 'Bela', 'Chidi', 'Dana', 'Emre', 'Fatou', 'Goran', 'Hanneke', 'Ines', 'Jonas', 'Kaito', 'Lars', 'Mwangi', 'Nuria', 'Oskar', 'Priya'];
const LAST = ['Amsel', 'Birke', 'Castell', 'Drossel', 'Eiche', 'Falke', 'Ginster', 'Hasel', 'Iris', 'Juniper', 'Kiefer', 'Linde', 'Mohn', 'Nelke', 'Olive', 'Pappel'];
const TOWNS = ['Aachen', 'Pune', 'Zürich', 'São Paulo', '大阪', 'القاهرة', 'Ålesund', 'Nairobi'];

/** Names that break pages: long, right-to-left, CJK, emoji, hostile. */
export const ODD: readonly string[] = [
  'Maximiliane Wilhelmine Auguste Karoline von und zu Hohenfels-Breitenstein-Waldburg-Neuenkirchen',
  'مريم العصفور',
  'שרה אלון',
  '山田 さくら',
  '김하늘',
  '<img src=x onerror="document.title=1">',
  'Ann\u202Egpj.exe',
  '{{name}} "; DROP TABLE people; --',
  '👩‍👩‍👧 Familie Sonnenschein',
  'Z̸̢̛a̵l̷g̶o̴ Text',
  'javascript:alert(1)',
  '</td></tr><script>alert(1)</script>',
];

export interface Human {
  name: string;
  email: string;
  phone: string;
  fields: Record<string, string>;
}

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const slug = (name: string) => name.toLowerCase().normalize('NFD').replace(/[^a-z]+/g, '.').replace(/^\.|\.$/g, '') || 'person';

export function human(index: number): Human {
  const odd = index % 40 === 7 ? pick(ODD, Math.floor(index / 40)) : null;
  const name = odd ?? `${pick(FIRST, index * 7)} ${pick(LAST, index * 3 + Math.floor(index / 16))}`;
  return {
    name,
    email: `${slug(name).slice(0, 30)}${index}@example.${index % 3 === 0 ? 'org' : 'com'}`,
    phone: index % 3 === 0 ? `+49151${String(1000000 + (index % 1000000))}` : '',
    fields: { 'first name': name.split(' ')[0] ?? '', town: pick(TOWNS, index), class: `${5 + (index % 8)}${'abc'[index % 3]}`, 'Wie haben Sie von uns erfahren?': index % 5 === 0 ? 'Tag der offenen Tür' : '' },
  };
}

export const COLUMNS = ['name', 'email', 'phone', 'first name', 'town', 'class', 'Wie haben Sie von uns erfahren?'];

export const cells = (one: Human) => [one.name, one.email, one.phone, ...COLUMNS.slice(3).map((column) => one.fields[column] ?? '')];
