import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import readXlsx from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policySchema } from '../../src/checks/policy/schema.ts';
import { checkOver } from '../../src/cli/fleet-check.ts';
import { chosenProjects } from '../../src/cli/fleet-projects.ts';
import { fleetReport } from '../../src/cli/fleet-report.ts';
import { decodeAccessKey } from '../../src/descope/access-keys.ts';
import { type CrossFinding, openCrossCheck } from '../../src/fleet/cross-check.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type FleetFiles, fleetFiles, saidBy } from '../support/fleet-files.ts';
import { permission, role, tenant, user } from '../support/project-fixture.ts';

const person = (id: string, fields: Parameters<typeof user>[1]): ReturnType<typeof user> =>
  user(id, { name: id, email: `${id}@acme.example`, verifiedEmail: true, roleNames: ['Editor'], ...fields });
const rows = (...users: ReturnType<typeof user>[]) => ({
  users,
  tenants: [tenant('acme', { name: 'Acme' })],
  roles: [role('Editor', { permissionNames: ['write'] })],
  permissions: [permission('write')],
});
const keys = (...names: readonly string[]) => ({
  keys: names.map((name) => decodeAccessKey({ id: `K${name}`, name, status: 'active' })),
});

let files: FleetFiles;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const signal = new AbortController().signal;
const nowMs = Date.now();
const year = 365 * 86_400_000;

beforeAll(async () => {
  folder = await temporaryFolder();
  const include = ['access_key'];
  const left = { status: 'disabled' };
  files = await fleetFiles({
    prod: {
      days: {
        10: rows(
          person('ada', left),
          person('bob', {}),
          person('cleo', left),
          person('dan', { ...left, test: true }),
          person('fay', { ...left, email: 'JÖRG@acme.example' }),
          person('gus', { ...left, email: 'jıll@acme.example' }),
        ),
      },
      lists: keys('Straße', 'Nightly'),
      include,
      entry: { labels: { env: 'production' } },
    },
    dev: {
      days: {
        10: rows(
          person('ada', { email: 'ADA@acme.example' }),
          person('bob', { verifiedEmail: false }),
          person('cleo', { roleNames: [] }),
          person('dan', {}),
          person('fay', { email: 'jörg@acme.example' }),
          person('gus', { email: 'jill@acme.example' }),
        ),
      },
      lists: keys('STRASSE', 'Other'),
      include,
      entry: { labels: { env: 'dev' } },
    },
    plain: { days: { 10: rows(person('eve', { name: '<img src=x>' })) } },
    never: {},
  });
});
afterAll(async () => {
  await files[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Checked {
  readonly findings: readonly { readonly project: string; readonly rule: string; readonly fingerprint: string }[];
  readonly between: readonly CrossFinding[];
  readonly rulesBetween: readonly { readonly id: string; readonly notEvaluated?: string }[];
  readonly checks: readonly { readonly project: string }[];
  readonly complete: boolean;
}

async function looked(names: readonly string[], failOn: 'high' | 'medium' | 'none' = 'high', json = true) {
  const own = join(folder.path, String(Math.random()));
  await mkdir(own);
  using cross = openCrossCheck(own);
  const policy = policySchema.parse({ version: 1 });
  const projects = chosenProjects(files.fleet, { project: names });
  const answer = checkOver(projects, { policy, cross, failOn, json, signal, nowMs, maxAge: 10 * year });
  const { text, thrown } = await saidBy(answer);
  return { text, thrown, hasFailed: answer.hasFailed(), people: cross.people() };
}

describe('fleet check', () => {
  it('looks each project over, and finds between them who left, who is not verified, and keys of one name', async () => {
    const { text, thrown, hasFailed, people } = await looked(['prod', 'dev']);
    const { findings, between, rulesBetween, checks, complete } = JSON.parse(text) as Checked;

    expect(between.map(({ rule, subject, projects, against }) => [rule, subject.id, projects, against])).toEqual([
      ['fleet-leaver-still-active', 'ada@acme.example', ['dev'], ['prod']],
      ['fleet-leaver-still-active', 'jörg@acme.example', ['dev'], ['prod']],
      ['fleet-address-not-verified', 'bob@acme.example', ['dev'], ['prod']],
      ['fleet-key-in-two-environments', 'Straße', ['prod'], ['dev']],
    ]);
    expect(rulesBetween.filter(({ notEvaluated }) => notEvaluated !== undefined)).toEqual([]);
    expect(new Set(findings.map(({ project }) => project))).toEqual(new Set(['prod', 'dev']));
    expect(checks.map(({ project }) => project)).toEqual(['prod', 'dev']);
    expect({ complete, thrown, hasFailed }).toEqual({ complete: true, thrown: undefined, hasFailed: true });
    expect(people).toEqual({ all: 7, inSeveral: 3 });
  });

  it('says of which projects a rule between them cannot be asked, and that is no "passed"', async () => {
    const { text } = await looked(['prod', 'dev', 'plain'], 'none', false);

    expect(text).toMatch(/fleet-key-in-two-environments: not evaluated for all, since no label env .* plain is/);
    expect(text).toMatch(
      /HIGH fleet-leaver-still-active: .*\n {4}ada@acme\.example is active, with access, in dev, and disabled in prod/,
    );
  });

  it('is no success where a project is not known, whatever it finds', async () => {
    const { text, thrown } = await looked(['plain', 'never'], 'none');

    expect((JSON.parse(text) as Checked).complete).toBe(false);
    expect(thrown).toMatchObject({ kind: 'inconsistent', message: expect.stringContaining('1 of 2 projects') });
  });
});

describe('fleet report', () => {
  const said: string[] = [];
  const made = async (out: string, project: readonly string[]): Promise<unknown> =>
    await fleetReport(
      { file: files.file, out, project, maxAge: 10 * year },
      { env: {}, signal, print: (text) => said.push(text) },
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

  it.each(['', ' ', 'fleet.pdf'])('refuses %j, which is neither a folder nor a workbook', async (out) => {
    expect(await made(out, ['dev'])).toMatchObject({ kind: 'config' });
  });

  it('makes a page of each project that is known, and one that leads to them and says what is not known', async () => {
    const out = join(folder.path, 'report');
    expect(await made(out, ['dev', 'plain', 'never'])).toMatchObject({ kind: 'inconsistent' });
    const page = readFileSync(join(out, 'index.html'), 'utf8');

    expect(page).toContain('<a href="projects/dev.html">dev</a>');
    expect(said.at(-1)).toMatch(/2 projects of 3\. .*\nnever is not known: it was never synced$/);
    expect(page).toContain('<li>never is not known: it was never synced</li>');
    expect(page).not.toContain('projects/never.html');
    expect(page).toContain('6 verified addresses');
    expect(page).not.toMatch(/<script|<img/);
    expect(['dev', 'plain', 'never'].map((name) => existsSync(join(out, 'projects', `${name}.html`)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await made(out, ['dev'])).toBeUndefined(); // over its own
  });

  it('makes one workbook of all: projects, what is wrong between them, and every finding of each', async () => {
    const out = join(folder.path, 'fleet.xlsx');
    expect(await made(out, ['prod', 'dev', 'never'])).toMatchObject({ kind: 'inconsistent' });
    const sheets = await readXlsx(out);
    const [projects = [], between = [], findings = [], about = []] = sheets.map(({ data }) => data);
    const { text } = await looked(['prod', 'dev', 'never'], 'none');
    const checked = JSON.parse(text) as Checked;

    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Projects', 'Between projects', 'Findings', 'About']);
    expect(projects.slice(1).map((row) => [row[0], row[2], row[3], row[5], row.at(-1)])).toEqual([
      ['prod', 'env=production', 'read', '6', null],
      ['dev', 'env=dev', 'read', '6', null],
      ['never', null, 'never', '?', 'is not known: it was never synced'],
    ]);
    expect(between.slice(1).map((row) => [row[1], row[4], row[5], row[6]])).toEqual(
      checked.between.map(({ rule, subject, projects: here, against }) => [
        rule,
        subject.id,
        here.join(', '),
        against.join(', '),
      ]),
    );
    expect(findings.slice(1).map((row) => [row[0], row[2], row[10]])).toEqual(
      checked.findings.map(({ project, rule, fingerprint }) => [project, rule, fingerprint]),
    );
    expect(checked.findings.length).toBeGreaterThan(0);
    expect(about).toContainEqual(['Known', '2: the sheet Projects says what is not known of the others']);
    expect(await made(out, ['dev'])).toBeUndefined(); // over its own
  });

  it.each(['fleet.html', 'fleet.csv', 'fleet.pdf'])('does not take %s for a folder', async (name) => {
    expect(await made(join(folder.path, name), ['dev'])).toMatchObject({ kind: 'config' });
    expect(existsSync(join(folder.path, name))).toBe(false);
  });

  it('does not write over a page of somebody else', async () => {
    const out = join(folder.path, 'other');
    await mkdir(out);
    await writeFile(join(out, 'index.html'), '<p>mine</p>');

    expect(await made(out, ['dev'])).toMatchObject({ kind: 'config' });
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toBe('<p>mine</p>');
  });
});
