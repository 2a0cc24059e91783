import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex, type FileIndex } from '../../src/answers/file-index.ts';
import { checkIndex, type Finding, planOf } from '../../src/checks/check.ts';
import { severities } from '../../src/checks/rule.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { indexed, planned } from '../support/check-world.ts';
import { type HandWritten, resource, writeByHand } from '../support/edge-files.ts';
import { importDay } from '../support/history.ts';
import { smallProject } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';
import type { RuleCase } from './cases/case.ts';
import { allCases as cases } from './cases/all.ts';
import { appCases } from './cases/apps.ts';
import { keyCases } from './cases/keys.ts';
import { peopleCases } from './cases/people.ts';
import { signOnCases } from './cases/sign-on.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checks-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The world of a rule's first case. */
function worldOf(rule: string): HandWritten {
  const found = cases.find((one) => one.rule === rule);
  if (found === undefined) {
    throw new Error(`no case of ${rule}`);
  }
  return found.world;
}

/** All worlds whose rules look at one part of a file, put together: those of keys, apps and single sign-on. */
function togetherOf(some: readonly RuleCase[]): HandWritten {
  const worlds = some.map(({ world }) => world).filter(({ types = [] }) => types.length > 2);
  const byId = new Map(worlds.flatMap(({ resources }) => resources.map((row) => [`${row.typeId}:${row.id}`, row])));
  return {
    types: worlds[0]?.types ?? [],
    resources: [...byId.values()],
    grants: [...new Map(worlds.flatMap(({ grants }) => grants.map((row) => [row.message.id, row]))).values()],
  };
}

function findingsOf(index: FileIndex): Finding[] {
  return [...checkIndex(index, planOf(builtInRules)).findings()];
}

describe('a check', () => {
  it('tells findings by severity, rule and subject, and none twice', async () => {
    await using index = await indexed(togetherOf([...peopleCases, ...keyCases, ...appCases]));
    const findings = findingsOf(index);
    const keys = findings.map(({ severity, rule, subject, where, fingerprint }) =>
      [severities.indexOf(severity), rule, subject.type, subject.id, where?.tenantId ?? '', fingerprint].join('\n'),
    );
    const withoutPrint = keys.map((key) => key.slice(0, key.lastIndexOf('\n')));

    expect(findings.length).toBeGreaterThan(30);
    expect(withoutPrint).toEqual(withoutPrint.toSorted());
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
  });

  it('keeps its fingerprints when display names change, and has others where ids do', async () => {
    const world = togetherOf(keyCases);
    const renamed = {
      ...world,
      resources: world.resources.map((row) => {
        const { parentResourceId, profile = {} } = row.message;
        const parent = parentResourceId?.resource;
        return resource(row.typeId, row.id, `Renamed ${row.id}`, { profile, ...(parent !== undefined && { parent }) });
      }),
    };
    await using one = await indexed(world);
    await using other = await indexed(renamed);
    await using elsewhere = await indexed({ ...world, summary: { projectId: 'P2other' } });
    const isOld = ({ rule }: Finding): boolean => rule === 'key-old'; // a renamed key has lost when it was made
    const prints = (index: FileIndex): string[] =>
      findingsOf(index)
        .filter((finding) => !isOld(finding))
        .map(({ fingerprint }) => fingerprint);

    expect(prints(other)).toEqual(prints(one));
    expect(findingsOf(other).some(({ subject }) => subject.name.startsWith('Renamed'))).toBe(true);
    expect(new Set(prints(elsewhere)).isDisjointFrom(new Set(prints(one)))).toBe(true);
  });

  it('evaluates nothing of what the sync did not read, and says so', async () => {
    await using index = await indexed({ ...togetherOf(keyCases), types: [] });
    const { rules } = checkIndex(index, planOf(builtInRules));
    const untold = rules.filter(({ notEvaluated }) => notEvaluated !== undefined).map(({ rule }) => rule.id);

    expect(untold).toContain('key-never-expires');
    expect(untold).toContain('management-key-company');
    expect(untold).not.toContain('never-verified');
    expect(findingsOf(index).filter(({ rule }) => untold.includes(rule))).toEqual([]);
  });

  it.each(['.json', '.ndjson', '.c1z', '.db'])('finds in a %s of a sync what it finds in its rows', async (kind) => {
    const world = togetherOf([...peopleCases, ...signOnCases, ...keyCases, ...appCases]);
    const path = join(folder, `sync${kind}`);
    const file = kind === '.db' ? join(folder, 'stored.json') : path;
    await writeByHand(file, { ...world, summary: { dangling: { count: 0, first: [] } } });
    if (kind === '.db') {
      await importDay(path, file);
    }
    await using rows = await indexed(world);
    await using index = kind === '.db' ? await storedIndex(path) : await createFileIndex(path);

    const expected = findingsOf(rows);
    expect(new Set(expected.map(({ rule }) => rule)).size).toBeGreaterThan(20);
    expect(findingsOf(index)).toEqual(expected);
  });

  it('finds in a store what the rule finds in one file, for what a message alone tells', async () => {
    const path = join(folder, 'dormant.db');
    await writeByHand(join(folder, 'dormant.json'), worldOf('dormant-user'));
    await importDay(path, join(folder, 'dormant.json'));
    await using index = await storedIndex(path);

    expect(findingsOf(index).filter(({ rule }) => rule === 'dormant-user')).toMatchObject([{ subject: { id: 'U1' } }]);
  });

  it.each(['.json', '.db'])(
    'knows from a %s whether a sync read last logins, also where nobody signed in',
    async (kind) => {
      for (const lastLogin of ['audit', undefined] as const) {
        const file = join(folder, `logins-${lastLogin ?? 'off'}.json`);
        const path = kind === '.db' ? join(folder, `logins-${lastLogin ?? 'off'}.db`) : file;
        await writeSync(file, smallProject(), lastLogin === undefined ? {} : { lastLogin });
        if (kind === '.db') {
          await importDay(path, file);
        }
        await using index = kind === '.db' ? await storedIndex(path) : await createFileIndex(path);

        expect(index.summary.last_login).toBe(lastLogin ?? 'off');
        const [state] = checkIndex(index, [planned('dormant-user')]).rules;
        expect(state?.notEvaluated === undefined).toBe(lastLogin === 'audit');
      }
    },
  );
});

async function storedIndex(path: string): Promise<FileIndex> {
  await using history = await openHistory(path);
  return await history.index(await history.choose({}));
}
