import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { rowsOfGrants, rowsOfResources } from '../../src/answers/listed-rows.ts';
import { openSource } from '../../src/answers/open.ts';
import type { FileRow } from '../../src/answers/rows.ts';
import type { Connector } from '../../src/connector.ts';
import { createSyncFile } from '../../src/output/sync-file.ts';
import { runSync } from '../../src/sync/run.ts';
import { hostileNames, projectWithKeysArbitrary } from '../support/arbitraries.ts';
import { companyArbitrary } from '../support/company-worlds.ts';
import { startCompany } from '../support/company-sync.ts';
import { createProject, inTenant, tenant, user } from '../support/project-fixture.ts';
import { ssoAnswers, ssoProject, ssoRows } from '../support/sso-project.ts';
import { writeSync } from '../support/sync-files.ts';
import { connectorOf } from '../support/walker.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listed-rows-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Syncs into a file, and compares what it tells with what its rows told on the way; returns the kinds of rows. */
async function compared(connector: Connector): Promise<ReadonlySet<string>> {
  const path = join(folder, 'sync.json');
  const file = await createSyncFile(path);
  const listed: FileRow[] = [];
  await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: {
      ...file,
      resources: async (rows) => {
        await file.resources(rows);
        listed.push(...rowsOfResources(rows));
      },
      grants: async (rows) => {
        await file.grants(rows);
        listed.push(...rowsOfGrants(rows));
      },
    },
  });
  await using source = await openSource(path);
  const read: FileRow[] = [];
  for await (const rows of source.rows()) {
    read.push(...rows);
  }
  expect(listed).toEqual(read);
  return new Set(read.map((row) => (row.kind === 'unknown' ? `other ${row.what}` : row.kind)));
}

const policy = { maxDangling: 1_000_000, tenantRoles: 'all' } as const;

describe('what rows tell on their way into a file', () => {
  it('is what the file tells of them, whatever people, tenants, roles and keys are called', async () => {
    await fc.assert(
      fc.asyncProperty(projectWithKeysArbitrary, async (rows) => {
        const project = createProject(rows, { keys: rows.keys });
        await compared(connectorOf(project, { ...policy, include: ['access_key'] }));
      }),
      { numRuns: 30 },
    );
  });

  it('is what the file tells of how people sign in, and when they came', async () => {
    const users = [
      user('ann', { name: 'Ann', loginIds: ['ann', 'a'], email: 'ann@x', verifiedEmail: true, usesTotp: true }),
      user('bob', { name: 'Bob', phone: '+41', verifiedPhone: true, usesSaml: true, status: 'disabled', test: true }),
    ];
    expect(await compared(connectorOf(createProject({ users }), policy))).toEqual(new Set(['user']));
  });

  it('is what the file tells of single sign-on', async () => {
    const include = ['sso_configuration', 'idp_group'] as const;
    const kinds = await compared(connectorOf(ssoProject(ssoRows, ssoAnswers), { ...policy, include }));

    expect(kinds).toContain('mapping');
    expect(kinds).toContain('group-member');
  });

  it('is what the file tells of keys, applications, consents, the console, and what is inherited', async () => {
    const seen = new Set<string>();
    for (const records of fc.sample(companyArbitrary, { numRuns: 8, seed: 17 })) {
      await using bench = await startCompany(records, 'all');
      (await compared(bench.connector)).forEach((kind) => seen.add(kind));
    }
    expect([...seen]).toEqual(expect.arrayContaining(['other resource', 'other grant', 'inheritance', 'binding']));
  });
});

describe('who holds what in an index', () => {
  it('is entered for everybody, whatever their ids are, however often a grant comes', async () => {
    const ids = [...hostileNames, 'nul\u0000', 'quote"\\', "it's", '\u2028'];
    const path = join(folder, 'sync.json');
    await writeSync(path, {
      users: ids.map((id) => user(id, { userTenants: [inTenant('acme'), inTenant('acme')] })),
      tenants: [tenant('acme')],
    });
    await using index = await createFileIndex(path);

    expect(index.database.prepare('select count(distinct user) n from holding').get()).toEqual({
      n: new Set(ids.map((id) => id.toWellFormed())).size,
    });
  });
});
