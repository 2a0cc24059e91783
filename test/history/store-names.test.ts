import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suggest, suggestAmong, suggestedTypes, type SuggestKind } from '../../src/answers/suggest.ts';
import { namesIn } from '../../src/history/store-names.ts';
import { temporaryFolder } from '../support/cli.ts';
import { importDay, writeDay } from '../support/history.ts';
import { permission, role, tenant, user } from '../support/project-fixture.ts';

const rows = {
  users: [
    user('U1', { name: 'Ada Lovelace', loginIds: ['ada@x.test', 'Ada.Second@x.test'], email: 'ada@mail.test' }),
    user('U2', { name: 'ADAM', loginIds: ['a_d%m@x.test'] }),
    user('U3', { name: 'Åsa', loginIds: ['sa@x.test'] }),
    user('U4', { name: 'Straße', loginIds: [] }),
    user('adjunct', { name: 'Zoe' }),
  ],
  tenants: [tenant('acme', { name: 'Acme' }), tenant('t-2', { name: 'ACME West' })],
  roles: [role('Editor'), role('Editor', { tenantId: 'acme' }), role('éditeur')],
  permissions: ['invoices.approve', 'invoices all', 'a_b', 'axb'].map((name) => permission(name)),
};
const kinds: readonly SuggestKind[] = ['users', 'tenants', 'roles', 'permissions', 'held', 'principals', 'everything'];
const typed = [
  '',
  'a',
  'A',
  'ad',
  'ADA',
  'ada ',
  'a_',
  'a%',
  'å',
  'Å',
  'stras',
  'straß',
  'acme',
  'acme w',
  'ed',
  'éd',
  'É',
  'inv',
  'x\\',
];

describe('the names that a store suggests', () => {
  it.each(kinds)('are those that the file of its newest sync suggests: %s', async (kind) => {
    await using folder = await temporaryFolder();
    const [store, file, old] = ['access.db', 'sync.json', 'old.json'].map((name) => join(folder.path, name));
    await writeDay(old ?? '', 0, { ...rows, users: [user('U9', { name: 'Ada Gone', loginIds: ['ada-gone@x.test'] })] });
    await writeDay(file ?? '', 1, rows);
    await importDay(store ?? '', old ?? '');
    await importDay(store ?? '', file ?? '');
    const { signal } = new AbortController();

    for (const text of typed) {
      const suggested = suggestAmong(namesIn(store ?? '', suggestedTypes[kind], text), text);
      expect([text, suggested]).toEqual([text, await suggest(file ?? '', kind, text, { signal })]);
    }
    expect(suggestAmong(namesIn(store ?? '', suggestedTypes[kind], ''), '').length).toBeGreaterThan(1);
  });
});
