import { existsSync, readFileSync } from 'node:fs';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import readXlsx from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { rowsIn } from '../../src/review/data.ts';
import { readReviewPage } from '../../src/review/read-page.ts';
import type { Results } from '../../src/review/results.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { decideAll } from '../support/reviews.ts';

const ada = 'U2AdaLovelace000000000000000';

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

/** What a file of results holds at this moment; undefined where there is none yet. */
function resultsSoFar(path: string): Results | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}

async function run(...args: readonly string[]): Promise<CliRun> {
  return await runCli(['review', ...args], { env: envOf(emulator), cwd: folder.path });
}

beforeAll(async () => {
  folder = await temporaryFolder();
  emulator = await startEmulator({ users: 40 });
  await runCli(
    ['sync', '--include', 'access_key,application', '--out', at('sync.json'), '--history', at('access.db')],
    { env: envOf(emulator) },
  );
  const scope = ['--scope', 'tenant:acme', '--reviewer', 'rita@acme.example', '--due', '2026-01-31'];
  expect(await run('new', 'sync.json', ...scope, '--out', 'review.html')).toMatchObject({ code: 0 });
  expect(
    await run('new', 'sync.json', '--scope', 'role:Editor', '--reviewer', 'r@x', '--out', 'editor.html'),
  ).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

describe('a review, from the page to the workbook', () => {
  it.each(['db', 'ndjson', 'c1z'])('has the same holdings, made of a file that ends with %s', async (kind) => {
    const file = kind === 'db' ? 'access.db' : `other.${kind}`;
    if (kind !== 'db') {
      expect(await runCli(['export', at('sync.json'), '--out', at(file)])).toMatchObject({ code: 0 });
    }
    const who = ['--scope', 'all', '--reviewer', 'r@x'];
    const made = await Promise.all(
      ['sync.json', file].map((one) => run('new', one, ...who, '--out', `${kind}-${one}.html`)),
    );
    expect(made.map(({ code }) => code)).toEqual([0, 0]);
    expect(made[1]?.stdout).toMatch(/: \d+ holdings to decide/);
    expect((await stat(at(`${kind}-${file}.html`))).mode & 0o777).toBe(0o600);
    const [one, other] = await Promise.all(
      ['sync.json', file].map(async (name) => {
        const data = readReviewPage(name, await readFile(at(`${kind}-${name}.html`), 'utf8'));
        return [rowsIn(data, 'rows'), rowsIn(data, 'shown'), data.unread, data.findings.length];
      }),
    );
    expect(other).toEqual(one);
  });

  it('tells how far it is, of a page and of decisions', async () => {
    const fresh = await run('status', 'review.html');
    expect(fresh.stdout).toContain('Review of tenant Acme (acme)');
    expect(fresh.stdout).toContain('overdue since 2026-01-31');
    expect(fresh.stdout).toMatch(/0 keep, 0 revoke, 0 question, \d+ open/);

    await decideAll(at('review.html'), at('some.json'), ({ principal }, place) =>
      place === 0
        ? { decision: 'question', reason: 'who is this?' }
        : principal.id === ada
          ? { decision: 'revoke' }
          : undefined,
    );
    const { code, stdout } = await run('status', 'some.json');
    expect(code).toBe(0);
    expect(stdout).toContain('without a reason: none is applied');
    expect(stdout).toContain('(who is this?)');
    expect(JSON.parse((await run('status', 'some.json', '--json')).stdout)).toMatchObject({
      about: { reviewer: 'rita@acme.example', due: '2026-01-31' },
      counts: { keep: 0, question: 1 },
      isOverdue: true,
    });
  });

  it('is applied once, told as gone before the second time, and kept as a workbook', async () => {
    const others = new Set<string>();
    const rows = await decideAll(at('review.html'), at('decisions.json'), ({ principal, entitlement }) => {
      if (others.size < 2 && principal.type === 'user' && entitlement.startsWith('role_binding:acme/')) {
        others.add(principal.id);
      }
      return (principal.id === ada || others.has(principal.id)) && entitlement !== 'tenant:acme:member'
        ? { decision: 'revoke', reason: 'left the team' }
        : { decision: 'keep' };
    });
    const count = rows.filter(({ decision }) => decision === 'revoke').length;
    const dry = await run('apply', 'decisions.json', '--dry-run');
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain('Would be revoked: Ada Lovelace <ada.lovelace@acme.example>');
    expect(dry.stdout).toContain('Nothing was sent: a dry run.');
    expect(await run('export', 'decisions.json', '--out', 'before.xlsx')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was applied yet') as string,
    });

    const unasked = await run('apply', 'decisions.json');
    expect(unasked).toMatchObject({ code: 2 });
    expect(unasked.stderr).toContain('add --yes');

    const seen: (Results | undefined)[] = [];
    emulator.state.onRequest(
      ({ path }) => path.endsWith('/role/remove'),
      () => {
        seen.push(resultsSoFar(at('decisions.results.json')));
        return 'again';
      },
    );
    const first = await run(
      'apply',
      'decisions.json',
      '--review',
      'review.html',
      '--yes',
      '--audit-log',
      'audit.jsonl',
    );
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stdout).toContain(`${count} revoked.`);
    // What is done is written down before the next one is sent.
    expect(seen.map((results) => [results?.isWhole, results?.rows.map(({ outcome }) => outcome)])).toEqual(
      seen.map((_, sent) =>
        sent === 0 ? [undefined, undefined] : [false, Array.from({ length: sent }, () => 'revoked')],
      ),
    );
    expect(seen).toHaveLength(count);
    expect(count).toBeGreaterThan(1);
    expect(emulator.state.user(ada)?.tenants.find(({ tenantId }) => tenantId === 'acme')?.roleNames).toEqual([]);
    const audit = (await readFile(at('audit.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(audit).toHaveLength(2 * count);
    expect(audit[0]).toMatchObject({
      outcome: 'intended',
      review: { reviewer: 'rita@acme.example', reason: 'left the team' },
    });

    const again = await run('apply', 'decisions.json', '--yes', '--json');
    expect(again).toMatchObject({ code: 0 });
    expect(new Set((JSON.parse(again.stdout) as Results).rows.map(({ outcome }) => outcome))).toEqual(
      new Set(['gone-before']),
    );
    const results = JSON.parse(await readFile(at('decisions.results.json'), 'utf8')) as Results;
    expect(results.rows.map(({ outcome }) => outcome)).toEqual(Array.from({ length: count }, () => 'revoked'));
    expect((await run('status', 'decisions.json')).stdout).toContain(`${count} revoked.`);

    expect(await run('export', 'decisions.json', '--out', 'review.xlsx')).toMatchObject({ code: 0 });
    const [cover, sheet] = await readXlsx(at('review.xlsx'));
    const facts = new Map(cover?.data.map(([name, text]) => [name, text]));
    expect(facts.get('Reviewer')).toBe('rita@acme.example');
    expect(facts.get('Revoked')).toBe(String(count));
    expect(sheet?.data).toHaveLength(rows.length + 1);
    const revoked = sheet?.data.filter((row) => row[8] === 'revoke') ?? [];
    expect(revoked.map((row) => [row[9], row[12]])).toEqual(
      Array.from({ length: count }, () => ['left the team', 'revoked']),
    );
    expect(new Set(revoked.map((row) => row[2]))).toEqual(new Set([ada, ...others]));
  });

  it('ends with 1 where a revoke is refused, and tells why', async () => {
    await decideAll(at('review.html'), at('refused.json'), ({ principal, entitlement }) =>
      principal.type === 'user' && principal.id !== ada && entitlement !== 'tenant:acme:member'
        ? { decision: 'keep' }
        : principal.id !== ada
          ? { decision: 'revoke', reason: 'r' }
          : undefined,
    );
    const { code, stdout } = await run('apply', 'refused.json', '--dry-run');

    expect(code).toBe(1);
    expect(stdout).toContain('the membership would take the role');
  });
});

describe('decisions are refused, and nothing is sent,', () => {
  beforeAll(async () => {
    await decideAll(at('review.html'), at('good.json'), () => ({ decision: 'revoke', reason: 'r' }));
    const good = await readFile(at('good.json'), 'utf8');
    await writeFile(at('changed.json'), good.replace('"reason":"r"', '"reason":"other"'));
    await writeFile(at('cut.json'), good.slice(0, 2000));
    await decideAll(at('review.html'), at('silent.json'), () => ({ decision: 'revoke' }));
    await decideAll(at('editor.html'), at('editor.json'), () => ({ decision: 'keep' }));
    await run('apply', 'editor.json', '--yes', '--results', 'editor.results.json');
    await copyFile(at('sync.json'), at('plain.json'));
  });

  it.each([
    ['that were changed', ['changed.json'], /changed\.json:\d+ \/seal: /],
    ['that were cut off', ['cut.json'], /cut\.json:\d+ is no JSON/],
    ['of a page', ['review.html'], /is the page of a review: open it in a browser/],
    ['of a sync', ['plain.json'], /plain\.json \/format: /],
    ['without a reason', ['silent.json'], /silent\.json \/rows\/0\/reason: .*no reason is given/],
    ['of another review than the page', ['good.json', '--review', 'editor.html'], /are of another review/],
    ['of another review than the hash', ['good.json', '--review', `sha256:${'0'.repeat(64)}`], /are of another review/],
    [
      'beside results of another review',
      ['good.json', '--results', 'editor.results.json'],
      /has the results of another review/,
    ],
    [
      'of another project',
      ['good.json', '--project-id', 'P2OtherProject00000000000000'],
      /is of project P2EmulatorProject/,
    ],
  ])('%s', async (_what, args, told) => {
    emulator.stats.reset();
    const { code, stderr } = await run('apply', ...args, '--yes');

    expect(stderr.replaceAll(/\n\s*/g, ' ')).toMatch(told);
    expect(code).toBe(2);
    expect(emulator.stats.total).toBe(0);
  });
});

describe('a review is not made', () => {
  it.each([
    [['--scope', 'acme', '--out', 'x.html'], 2, /--scope acme is no scope/],
    [['--scope', 'tenant:acmee', '--out', 'x.html'], 1, /did you mean Acme/],
    [['--scope', 'all', '--out', 'x.json'], 2, /end its name with \.html/],
    [['--scope', 'all', '--out', '-'], 2, /is standard output/],
    [['--scope', 'all', '--due', 'soon', '--out', 'x.html'], 2, /--due soon is no day/],
    [['--scope', 'all', '--due', '2026-02-30', '--out', 'x.html'], 2, /is no day/],
  ])('with %j', async (args, expected, told) => {
    const { code, stderr } = await run('new', 'sync.json', '--reviewer', 'r@x', ...args);

    expect(stderr).toMatch(told);
    expect(code).toBe(expected);
  });

  it('without a reviewer', async () => {
    const { code, stderr } = await run('new', 'sync.json', '--scope', 'all', '--reviewer', ' ', '--out', 'x.html');

    expect(stderr).toContain('--reviewer must name who decides');
    expect(code).toBe(2);
  });
});
