import { Icon, type IconName } from '../parts/icons';
import { toHash } from '../state/router';
import { words } from '../words';

const PLACES: [keyof typeof words.nav, IconName][] = [
  ['start', 'start'],
  ['contacts', 'people'],
  ['compose', 'compose'],
  ['campaigns', 'campaign'],
  ['accounts', 'account'],
  ['suppressions', 'stop'],
  ['activity', 'activity'],
  ['settings', 'settings'],
];

export function Nav({ place }: { place: string }) {
  return (
    <nav className="nav" aria-label={words.navigation}>
      <div className="nav-brand">
        <Icon name="campaign" />
        <span className="nav-text">{words.product}</span>
      </div>
      <ul>
        {PLACES.map(([name, icon]) => (
          <li key={name}>
            <a className="nav-link" href={toHash(name)} aria-current={place === name ? 'page' : undefined} title={words.nav[name]}>
              <Icon name={icon} />
              <span className="nav-text">{words.nav[name]}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
