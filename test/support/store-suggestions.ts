import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Named, suggest, suggestAmong, suggestedTypes, type SuggestKind } from '../../src/answers/suggest.ts';
import { temporaryFolder } from './cli.ts';
import { importDay, writeDay } from './history.ts';
import { permission, role, tenant, user } from './project-fixture.ts';

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

/** The tests of what a store suggests. `open` names an empty store; `names` asks it. */
export function itSuggests(
  open: (folder: string) => Promise<string>,
  names: (store: string, types: readonly string[], typed: string) => Promise<readonly Named[]>,
): void {
  it.each(kinds)('are those that the file of its newest sync suggests: %s', async (kind) => {
    await using folder = await temporaryFolder();
    const [file = '', old = ''] = ['sync.json', 'old.json'].map((name) => join(folder.path, name));
    const store = await open(folder.path);
    await writeDay(old, 0, { ...rows, users: [user('U9', { name: 'Ada Gone', loginIds: ['ada-gone@x.test'] })] });
    await writeDay(file, 1, rows);
    await importDay(store, old);
    await importDay(store, file);
    const { signal } = new AbortController();

    for (const text of typed) {
      const suggested = suggestAmong(await names(store, suggestedTypes[kind], text), text);
      expect([text, suggested]).toEqual([text, await suggest(file, kind, text, { signal })]);
    }
    expect(suggestAmong(await names(store, suggestedTypes[kind], ''), '').length).toBeGreaterThan(1);
  });
}
