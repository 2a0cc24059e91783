import { ConnectorError } from '../errors.ts';
import { nearNames } from '../model/near-names.ts';
import { printable, quoted } from '../printable.ts';

/** An application, or a third-party app, as far as people name it. */
export interface NamedApp {
  readonly id: string;
  readonly name: string;
}

/**
 * The only app with this id or exact name; an id before a name. None is `not-found`, with what was probably meant;
 * several are a `conflict` that names each by its id.
 */
export function namedApp<App extends NamedApp>(noun: string, asked: string, apps: readonly App[]): App {
  const byId = apps.filter(({ id }) => id === asked);
  const found = byId.length > 0 ? byId : apps.filter(({ name }) => name.normalize('NFC') === asked.normalize('NFC'));
  const [app, ...others] = found;
  if (app === undefined) {
    throw new ConnectorError(
      'not-found',
      `there is no ${noun} with the id or name ${quoted(asked)}${appsMeantBy(asked, apps)}`,
    );
  }
  if (others.length > 0) {
    throw new ConnectorError(
      'conflict',
      `${found.length} ${noun}s are called ${quoted(asked)}: name one by its id: ${listed(found, 10)}`,
    );
  }
  return app;
}

/** "; did you mean SA2Wiki ("Wiki")?", or nothing. */
export function appsMeantBy(asked: string, apps: readonly NamedApp[]): string {
  const near = new Set(nearNames(asked, new Set(apps.flatMap(({ id, name }) => [id, name]))));
  const meant = apps.filter(({ id, name }) => near.has(id) || near.has(name));
  return meant.length === 0 ? '' : `; did you mean ${listed(meant, 3)}?`;
}

function listed(apps: readonly NamedApp[], most: number): string {
  const named = apps.slice(0, most).map(({ id, name }) => `${printable(id)} (${quoted(name)})`);
  return `${named.join(' or ')}${apps.length > most ? ', or another' : ''}`;
}
