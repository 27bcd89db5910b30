import { bridge } from '../../bridge';
import { Loaded } from '../../parts/Loaded';
import { Facts, Page, Section } from '../../parts/Page';
import { useQuery } from '../../state/query';
import { settingsWords } from '../../words/rest';
import { DeleteAll } from './DeleteAll';
import { Notice } from './PrivacyNotice';
import { Privacy } from './Privacy';
import { Protection } from './Protection';
import { Vault } from './Vault';

const { about } = settingsWords;

export function Settings() {
  return (
    <Page title={settingsWords.title}>
      <Vault />
      <Privacy />
      <Notice />
      <Protection />
      <About />
      <DeleteAll />
    </Page>
  );
}

async function versions() {
  const [{ version }, look] = await Promise.all([bridge().hello(), bridge().look()]);
  return { engine: version, window: look.version };
}

function About() {
  const query = useQuery('versions', versions);
  return (
    <Section title={about.title}>
      <Loaded query={query} rows={1}>
        {({ engine, window }) => <Facts rows={[[about.engine, engine], [about.window, window], [about.licence, 'GPL-3.0-or-later']]} />}
      </Loaded>
    </Section>
  );
}
