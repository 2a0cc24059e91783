import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { clientConfigOf } from '../../src/history/postgres/connection.ts';
import { root } from './dockerfile.ts';

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      { readonly environment: { readonly BATON_FLEET_ENGINE?: string }; readonly command?: readonly string[] }
    >
  >;
}

it('reaches the database of deploy/compose.fleet.yaml, which has no TLS, without asking it for that', () => {
  const text = readFileSync(join(root, 'deploy/compose.fleet.yaml'), 'utf8');
  const { services } = parse(text, { merge: true }) as Compose;
  for (const name of ['scheduler', 'worker']) {
    const url = services[name]?.environment.BATON_FLEET_ENGINE ?? '';
    expect(clientConfigOf(url, name)).toMatchObject({ host: 'database', ssl: false });
  }
  expect(services['database']?.command, 'one with TLS may be asked for it').toBeUndefined();
});
