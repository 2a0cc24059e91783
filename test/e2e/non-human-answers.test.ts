import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

// Every question about who is no user, asked of the files of one sync with all types, and of one without them.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  folder = await temporaryFolder();
  const emulator = await startEmulator({ users: 60 });
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  const sync = async (...args: string[]): Promise<void> => {
    expect(await runCli(['sync', '--rate-limit', 'off', ...args], { env })).toMatchObject({ code: 0 });
  };
  await sync('--out', at('all.json'), '--include', 'all');
  await sync('--out', at('plain.json'));
  await emulator.close();
  for (const kind of ['ndjson', 'c1z']) {
    expect(await runCli(['export', at('all.json'), '--out', at(`all.${kind}`)])).toMatchObject({ code: 0 });
  }
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

interface Row {
  readonly principal: { readonly type: string; readonly id: string; readonly name?: string };
  readonly kind: string;
  readonly way: string;
  readonly via: string;
  readonly entitlement?: string;
}

interface ListRow {
  readonly id: string;
  readonly name: string;
}

/** As much of an answer as these tests read. */
interface Answer {
  readonly rows: readonly Row[];
  readonly others?: number;
  readonly humansOnly?: boolean;
  readonly also?: readonly string[];
  readonly user?: { readonly id: string };
  readonly principal?: { readonly type: string; readonly profile: { readonly ignored_roles?: readonly string[] } };
  readonly keys?: readonly object[];
  readonly notRead?: { readonly words: string; readonly include: readonly string[] };
}

/** What an answer holds as JSON, without what differs between kinds of files. */
async function asked(command: string, file: string, words: string, ...flags: string[]): Promise<Answer> {
  const { stdout, stderr, code } = await runCli([command, at(file), words, '--json', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Answer; // the program wrote it
}

describe.each(['all.json', 'all.ndjson', 'all.c1z'])('%s', (file) => {
  it('tells who was given an application, and that its default is not known', async () => {
    const answer = await asked('who-can', file, 'stock ledger');

    expect(answer).toMatchObject({ asked: { type: 'application', id: 'SA2StockLedger' }, defaultAccess: 'unknown' });
    expect(answer.others).toBeGreaterThan(40);
    expect(answer.rows.length).toBeGreaterThan(0);
    expect(answer.rows[0]).toMatchObject({ principal: { type: 'user' }, way: 'direct', entitlement: 'access' });
    expect(answer).not.toHaveProperty('unknown');
  });

  it('tells who consented to an app, with scopes, who granted it and since when', async () => {
    const { rows } = await asked('who-can', file, 'Ledger Sync');

    expect(rows).toContainEqual(
      expect.objectContaining({
        principal: { type: 'tenant', id: 'acme', name: 'Acme' },
        entitlement: 'consent',
        details: {
          created: '2022-01-07T08:00:00Z',
          granted_by: ['U2AdaLovelace000000000000000'],
          scopes: ['invoices'],
        },
      }),
    );
  });

  it('tells who administers a project: people, company administrators and management keys with their roles', async () => {
    const { rows } = await asked('who-can', file, 'project:P2EmulatorProject00000000000');
    const told = rows.map(({ principal, entitlement, via, way }) => [principal.name, entitlement, via, way]);

    expect(told).toContainEqual(['Ada Lovelace', 'admin', '', 'direct']);
    expect(told).toContainEqual(['Grace Hopper', 'admin', 'company_admin', 'direct']);
    expect(told).toContainEqual(['Governance connector', 'management_key_role', 'company_role', 'key']);
    expect(rows.find(({ principal }) => principal.id === 'D2AlanTuring')).toMatchObject({
      certainty: 'uncertain',
    });
  });

  it('tells who holds a role, keys too, and leaves keys out where people alone are wanted', async () => {
    const everybody = await asked('who-can', file, 'acme/Approver');
    const people = await asked('who-can', file, 'acme/Approver', '--humans-only');
    const typesOf = ({ rows }: Answer): string[] => rows.map(({ principal }) => principal.type);

    expect(typesOf(everybody)).toContain('access_key');
    expect(typesOf(people)).not.toContain('access_key');
    expect([people.humansOnly, people.notRead]).toEqual([true, undefined]);
  });

  it('tells of a user the keys that act as the user, and of such a key what the user can do', async () => {
    const ada = await asked('access', file, 'ada.lovelace@acme.example');
    const key = await asked('access', file, "ada's scripts");

    expect(ada.keys).toEqual([expect.objectContaining({ name: "Ada's scripts", status: 'active' })]);
    expect(ada.also).toEqual(['console_admin:D2AdaLovelace']);
    expect(key.principal).toMatchObject({ type: 'access_key_secret', actsAs: { id: ada.user?.id } });
    expect(key.principal?.profile.ignored_roles).toEqual(['Viewer']);
    expect(ada.rows.some(({ entitlement }) => entitlement === 'consent')).toBe(true);
    expect(key.rows).toEqual(ada.rows.filter(({ entitlement }) => entitlement !== 'consent'));
  });

  it.each([
    ['Acme CI', 'access_key', ['tenant', 'role']],
    ['D2GraceHopper', 'console_admin', ['other', 'other', 'other']],
    ['Infrastructure', 'management_key', ['other']],
    ['TPA2LedgerSync', 'third_party_app', []],
    ["Milton's stapler", 'access_key_secret', []],
  ])('tells what %s can do', async (words, type, kinds) => {
    const { principal, rows } = await asked('access', file, words);

    expect(principal?.type).toBe(type);
    expect(rows.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each(['access_keys', 'access_key_secrets', 'applications', 'third_party_apps', 'projects', 'console_admins'])(
    'lists its %s, with ids',
    async (kind) => {
      const { stdout } = await runCli(['list', kind, at(file), '--json']);
      const { rows, total } = JSON.parse(stdout) as { readonly rows: readonly ListRow[]; readonly total: number };

      expect(rows).toHaveLength(total);
      expect(rows.every(({ id, name }) => id !== '' && name !== '')).toBe(true);
      expect(total).toBeGreaterThan(2);
    },
  );
});

describe('tables and spreadsheets', () => {
  it.each(['all.json', 'all.c1z'])('of %s have keys, secrets, apps, consents and the console', async (file) => {
    const target = at(`${file}.csv`);
    expect(await runCli(['export', at(file), '--out', target])).toMatchObject({ code: 0 });
    const read = async (name: string): Promise<readonly Readonly<Record<string, string>>[]> =>
      Papa.parse<Record<string, string>>(await readFile(join(target, name), 'utf8'), {
        header: true,
        skipEmptyLines: true,
      }).data;

    expect((await read('access.csv')).filter((row) => row['principal_type'] === 'access_key').length).toBeGreaterThan(
      9,
    );
    expect(await read('access_key_secrets.csv')).toContainEqual(
      expect.objectContaining({ name: "Ada's scripts", owner_type: 'user', owner_id: 'U2AdaLovelace000000000000000' }),
    );
    expect(await read('third_party_app_access.csv')).toContainEqual(
      expect.objectContaining({ principal: 'Acme', entitlement: 'consent', scopes: '["invoices"]' }),
    );
    expect(await read('project_access.csv')).toContainEqual(
      expect.objectContaining({ principal: 'Grace Hopper', entitlement: 'admin', via: 'company_admin' }),
    );
    const about = JSON.parse(await readFile(join(target, 'about.json'), 'utf8')) as { readonly notShown: string[] };
    expect(about.notShown.filter((text) => text.includes('cover'))).toEqual([]);
  });

  it('leave keys out where people alone are wanted, which a file for a platform may not', async () => {
    const people = await runCli(['export', at('all.json'), '--out', at('people.csv'), '--humans-only']);
    const refused = await runCli(['export', at('all.json'), '--out', at('people.json'), '--humans-only']);

    expect([people.code, refused.code]).toEqual([0, 2]);
    expect(await readFile(join(at('people.csv'), 'access.csv'), 'utf8')).not.toContain('access_key');
    await expect(readFile(join(at('people.csv'), 'access_keys.csv'))).rejects.toThrow('ENOENT');
    expect(await readFile(join(at('people.csv'), 'application_access.csv'), 'utf8')).toContain('SA2StockLedger');
  });
});

describe('a name', () => {
  it.each([
    ['access', 'Stock sync', 'several access keys match "Stock sync"'],
    ['access', 'Deploys', 'several management keys match "Deploys"'],
    ['access', 'Acme C', 'did you mean'],
    ['who-can', 'Approver', 'several roles match "Approver"'],
    ['who-can', 'Ledger Sink', 'did you mean Ledger Sync (third_party_app:TPA2LedgerSync)?'],
  ])('%s %s that fits none or several is answered with what was meant', async (command, words, message) => {
    const { stderr, code } = await runCli([command, at('all.json'), words]);

    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('is taken apart from its type where the whole of it names nothing', async () => {
    expect(await asked('who-can', 'all.json', 'third_party_app:Ledger Sync')).toMatchObject({
      asked: { id: 'TPA2LedgerSync' },
    });
  });
});

describe('a file whose sync did not read these types', () => {
  it('says what it cannot know, in one line and in JSON', async () => {
    const { stdout } = await runCli(['access', at('plain.json'), 'ada.lovelace@acme.example']);
    const { notRead } = await asked('access', 'plain.json', 'ada.lovelace@acme.example');

    const [line, ...more] = stdout.split('\n').filter((text) => text.includes('not known, since'));
    expect(more).toEqual([]);
    expect(line).toContain(notRead?.words);
    expect(notRead?.include).toEqual(['access_key', 'application', 'third_party_app']);
  });

  it('lists none of them as if there were none', async () => {
    const { stderr, code } = await runCli(['list', 'access_keys', at('plain.json')]);

    expect(code).toBe(1);
    expect(stderr).toContain('its sync did not read them (--include access_key)');
  });

  it('is not compared in what the other file has alone: nothing of it is new', async () => {
    const { stdout, code } = await runCli(['diff', at('plain.json'), at('all.json')]);

    expect(code).toBe(0);
    expect(stdout).toContain('are not compared: only one of the files has them');
  });
});
