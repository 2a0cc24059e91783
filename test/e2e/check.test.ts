import { copyFile, link, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInRules } from '../../src/checks/rules.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { person } from '../support/check-world.ts';
import { held, role, writeByHand } from '../support/edge-files.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);
const run = (...words: readonly string[]): Promise<CliRun> => runCli(['check', ...words], { cwd: folder.path });

interface Told {
  readonly rules: readonly { readonly id: string; readonly state: string; readonly reason?: string }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly subject: { readonly type: string; readonly id: string };
    readonly fingerprint: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  const emulator = await startEmulator({ users: 300 });
  const args = ['sync', '--out', at('sync.json'), '--history', at('access.db'), '--include', 'all'];
  const env = { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey };
  expect(await runCli(args, { env })).toMatchObject({ code: 0 });
  await emulator.close();
  await writeByHand(at('small.json'), {
    resources: [role('Reader'), person('U1'), person('U2', { verified_email: false })],
    grants: [held('role:Reader', 'user:U1')],
    summary: { dangling: { count: 0, first: [] } },
  });
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const told = ({ stdout }: CliRun): Told => JSON.parse(stdout) as Told;

describe('check', () => {
  it('finds in the file of a synced project what it finds in the store of the same sync', async () => {
    const [file, store] = await Promise.all([
      run('sync.json', '--format', 'json'),
      run('access.db', '--format', 'json'),
    ]);
    const { rules, findings, counts } = told(file);

    expect([file.code, store.code]).toEqual([1, 1]);
    expect(rules.map(({ id }) => id).toSorted()).toEqual(builtInRules.map(({ id }) => id).toSorted());
    expect(new Set(findings.map(({ rule }) => rule)).size).toBeGreaterThan(25);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(findings.length);
    expect(told(store).findings).toEqual(findings);
  });

  it('finds what the sync lists as findings, in the file and in the store', async () => {
    const { findings } = told(await run('sync.json', '--format', 'json'));
    const listed = await Promise.all(
      ['sync.json', 'access.db'].map((file) => runCli(['list', 'findings', file, '--json'], { cwd: folder.path })),
    );
    const prints = new Set(findings.map(({ fingerprint }) => fingerprint));

    for (const { stdout } of listed) {
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly { readonly id: string }[] };
      expect(new Set(rows.map(({ id }) => id))).toEqual(prints);
    }
  });

  it('has its policy refused by a sync, before anything is read, where it has a mistake or judges nothing', async () => {
    await writeFile(at('mistaken.yaml'), 'version: 1\nrules:\n  never-verified: sometimes\n');
    const env = {
      DESCOPE_PROJECT_ID: 'P2nobody',
      DESCOPE_BASE_URL: 'http://127.0.0.1:9',
      DESCOPE_MANAGEMENT_KEY: 'K2',
    };
    const sync = (...words: readonly string[]): Promise<CliRun> =>
      runCli(['sync', '--out', at('never.json'), ...words], { env, cwd: folder.path });
    const [mistaken, unused] = await Promise.all([
      sync('--include', 'finding', '--policy', 'mistaken.yaml'),
      sync('--policy', 'mistaken.yaml'),
    ]);

    expect([mistaken.code, unused.code]).toEqual([2, 2]);
    expect(mistaken.stderr).toContain('mistaken.yaml:3');
    expect(unused.stderr).toContain('--include finding');
  });

  it.each([
    [[], 0],
    [['--fail-on', 'medium'], 1],
    [['--fail-on', 'info'], 1],
    [['--fail-on', 'none'], 0],
    [['--fail-on', 'low', '--rule', 'test-user-access'], 0],
    [['--fail-on', 'low', '--rule', 'test-user-access', 'never-verified'], 1],
  ])('of a file whose worst finding is medium with %j ends with %i', async (words, code) => {
    expect(await run('small.json', ...words)).toMatchObject({ code });
  });

  it('tells people the rule, the subject, the remedy, and what was not evaluated', async () => {
    const { stdout, stderr } = await run('small.json');

    expect(stderr).toBe('');
    expect(stdout).toContain(
      'MEDIUM never-verified: User who was never verified\n  user Person U2 (U2): has no verified',
    );
    expect(stdout).toContain('  fix: Let the user verify an address');
    expect(stdout).toMatch(/^1 finding: 1 medium\. Of 58 rules \d+ found nothing, and \d+ were not evaluated\.$/m);
    expect(stdout).toMatch(/^not evaluated, since the sync did not read access keys \(--include access_key\): .*key-/m);
  });

  it('shows ten findings of a rule on a screen, and all of a rule that was asked for', async () => {
    const all = await run('sync.json', '--fail-on', 'none');
    const one = await run('sync.json', '--fail-on', 'none', '--rule', 'never-verified');
    const lines = ({ stdout }: CliRun): number => stdout.match(/has no verified email/g)?.length ?? 0;

    expect(lines(all)).toBe(10);
    expect(all.stdout).toContain(`and ${lines(one) - 10} more: --rule never-verified shows all`);
    expect(lines(one)).toBeGreaterThan(10);
  });

  it('writes a file of mode 0600 that holds what is printed otherwise', async () => {
    const printed = await run('small.json', '--format', 'json', '--fail-on', 'none');
    expect(await run('small.json', '--format', 'json', '--fail-on', 'none', '--out', 'found.json')).toMatchObject({
      code: 0,
      stdout: '',
    });

    expect(await readFile(at('found.json'), 'utf8')).toBe(printed.stdout);
    expect((await stat(at('found.json'))).mode & 0o777).toBe(0o600);
  });

  it('is a table as CSV, with what was not evaluated on stderr', async () => {
    const { stdout, stderr } = await run('small.json', '--format', 'csv', '--fail-on', 'none');
    const rows = Papa.parse<Record<string, string>>(stdout, { header: true, skipEmptyLines: true }).data;

    expect(rows).toMatchObject([
      { severity: 'medium', rule: 'never-verified', subject_type: 'user', subject_id: 'U2' },
    ]);
    expect(stderr).toContain('not evaluated, since the sync did not read access keys');
  });

  it.each([
    [['small.json', '--rule', 'never-verifed'], 2, 'there is no rule never-verifed; did you mean never-verified?'],
    [['small.json', '--fail-on', 'bad'], 2, "--fail-on cannot be 'bad'"],
    [['small.json', '--format', 'xml'], 2, "--format cannot be 'xml'"],
    [['small.json', '--at', '2026-01-01'], 2, '--at is for a store'],
    [['small.json', '--out', 'small.json'], 2, '--out small.json is the file to read'],
    [['missing.json'], 6, 'cannot read'],
    [['cut.json'], 5, 'is not complete'],
  ])('%j ends with %i: %s', async (words, code, text) => {
    await writeFile(at('cut.json'), (await readFile(at('small.json'), 'utf8')).slice(0, -200));
    const ended = await run(...words);

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr.split('\n')).toHaveLength(2);
    expect(ended.stderr).toContain(text);
  });
});

describe('check --out', () => {
  it.each([
    ['the policy', 'kept.yaml', 2, '--out kept.yaml is the policy'],
    ['the policy by another name', 'linked.yaml', 2, '--out linked.yaml is the policy'],
    ['the file to read by another name', 'linked.json', 2, '--out linked.json is the file to read'],
    ['the sync of another time', 'other.json', 6, 'other.json holds a sync, a store'],
    ['a sync of any name', 'other.txt', 6, 'other.txt holds a sync, a store'],
    ['a store', 'other.db', 6, 'other.db holds a sync, a store'],
  ])('never takes the place of %s', async (_what, name, code, text) => {
    await writeFile(at('kept.yaml'), 'version: 1\n');
    await rm(at('linked.yaml'), { force: true });
    await symlink('kept.yaml', at('linked.yaml'));
    await rm(at('linked.json'), { force: true });
    await link(at('small.json'), at('linked.json'));
    await copyFile(at('sync.json'), at('other.json'));
    await copyFile(at('sync.json'), at('other.txt'));
    await copyFile(at('access.db'), at('other.db'));
    const before = await readFile(at(name));

    const ended = await run('small.json', '--policy', 'kept.yaml', '--fail-on', 'none', '--out', name);

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(text);
    expect((await readFile(at(name))).equals(before)).toBe(true);
  });

  it('takes the place of findings that it wrote before', async () => {
    const args = ['small.json', '--format', 'json', '--fail-on', 'none', '--out', 'again.json'];

    expect([(await run(...args)).code, (await run(...args)).code]).toEqual([0, 0]);
  });
});

describe('check --policy', () => {
  const policy = (name: string, text: string): Promise<void> => writeFile(at(name), text);

  it('fails by a conflict of the policy, and not where a waiver accepts it', async () => {
    await writeByHand(at('both.json'), {
      resources: [role('Clerk'), role('Payer'), person('U1')],
      grants: [held('role:Clerk', 'user:U1'), held('role:Payer', 'user:U1')],
      summary: { dangling: { count: 0, first: [] } },
    });
    const conflict =
      'version: 1\nconflicts:\n  - id: two-eyes\n    first: {roles: [Clerk]}\n    second: {roles: [Payer]}\n';
    await policy('strict.yaml', conflict);
    await policy(
      'waived.yaml',
      `${conflict}waivers:\n  - rule: conflict/two-eyes\n    subject: {type: user, id: U1}\n    reason: one-person ` +
        `office\n    owner: cfo@acme.example\n    until: 2099-01-01\n`,
    );
    const strict = await run('both.json', '--policy', 'strict.yaml');
    const waived = await run('both.json', '--policy', 'waived.yaml');

    expect(strict).toMatchObject({ code: 1, stderr: '' });
    expect(strict.stdout).toContain('HIGH conflict/two-eyes: Both the role Clerk and the role Payer');
    expect(waived).toMatchObject({ code: 0, stderr: '' });
    expect(waived.stdout).toContain('(waived until 2099-01-01 by cfo@acme.example: one-person office)');
    expect(waived.stdout).toContain('1 more is waived.');
  });

  it('takes every rule that its text names by --rule, and refuses one that the policy has off', async () => {
    const waivers = Array.from(
      { length: 12 },
      (_, n) => `  - {rule: shared-email, subject: {type: user, id: U${n}}, reason: r, owner: o, until: 2099-01-01}\n`,
    ).join('');
    await policy('unused.yaml', `version: 1\nrules:\n  key-old: off\nwaivers:\n${waivers}`);
    const all = await run('small.json', '--policy', 'unused.yaml', '--fail-on', 'none');
    const one = await run('small.json', '--policy', 'unused.yaml', '--rule', 'waiver-unused');
    const off = await run('small.json', '--policy', 'unused.yaml', '--rule', 'key-old');

    expect(all.stdout).toContain('and 2 more: --rule waiver-unused shows all');
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout).toContain('12 findings: 12 info. Of 1 rule 0 found nothing');
    expect(off).toMatchObject({ code: 2, stdout: '' });
    expect(off.stderr).toContain('the policy has the rule key-old off');
  });

  it('refuses a policy that is wrong before the file is read, with a line for each mistake', async () => {
    await policy('wrong.yaml', 'version: 1\nrules:\n  never-verifed: off\n  key-old: loud\n');
    const { code, stdout, stderr } = await run('missing.json', '--policy', 'wrong.yaml');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('baton-descope: wrong.yaml:3:3 rules.never-verifed: there is no such rule');
    expect(stderr).toContain('baton-descope: wrong.yaml:4:3 rules.key-old: ');
    expect(await run('small.json', '--policy', 'nothing.yaml')).toMatchObject({ code: 6, stdout: '' });
  });

  it.each(['sarif', 'junit', 'md'])('prints %s of a synced project', async (format) => {
    const { code, stdout, stderr } = await run('sync.json', '--format', format);

    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^(?:\{"\$schema"|<\?xml|## Access check)/);
    expect(stdout).toContain('never-verified');
  });
});
