import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSource } from '../../src/answers/open.ts';
import type { FileRow } from '../../src/answers/rows.ts';
import { messageToJson } from '../../src/sync-format/stored-rows.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import { inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';
import { truthOf } from '../support/truth.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function allOf<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) {
    all.push(...batch);
  }
  return all;
}

async function rowsOf(path: string): Promise<FileRow[]> {
  await using source = await openSource(path);
  return await allOf(source.rows());
}

const extensions = ['json', 'ndjson', 'c1z'] as const;

describe('the rows of a file', () => {
  it.each(extensions)('of .%s are those of the project, in typed form', async (extension) => {
    const path = join(folder, `sync.${extension}`);
    await writeSync(path, {
      users: [
        user('ann', {
          name: 'Ann',
          loginIds: ['ann@acme.example', 'ann'],
          email: 'ann@acme.example',
          verifiedEmail: true,
          phone: '+41',
          verifiedPhone: true,
          status: 'invited',
          test: true,
          isScim: true,
          usesTotp: true,
          usesSaml: true,
          userTenants: [inTenant('acme', 'Editor', 'Own')],
        }),
        user('bob'),
      ],
      tenants: [
        tenant('acme', { name: 'Acme', parent: 'top', disabled: true, roleInheritance: 'none' }),
        tenant('top'),
      ],
      roles: [
        role('Editor', { permissionNames: ['write'], description: 'edits', isDefault: true }),
        role('Own', { tenantId: 'acme', isPrivate: true }),
      ],
      permissions: [permission('write', { description: 'may write', systemDefault: true })],
    });

    const rows = await rowsOf(path);

    const createdAt = expect.stringMatching(/^2020-01-01T00:00:00(\.000)?Z$/);
    expect(rows.filter(({ kind }) => kind !== 'grant')).toEqual([
      {
        kind: 'user',
        id: 'ann',
        name: 'Ann',
        status: 'invited',
        loginIds: ['ann@acme.example', 'ann'],
        email: 'ann@acme.example',
        isEmailVerified: true,
        phone: '+41',
        isPhoneVerified: true,
        isTest: true,
        isScim: true,
        hasMfa: true,
        hasSso: true,
        createdAt,
      },
      {
        kind: 'user',
        id: 'bob',
        name: 'bob',
        status: 'enabled',
        loginIds: [],
        email: '',
        isEmailVerified: false,
        phone: '',
        isPhoneVerified: false,
        isTest: false,
        isScim: false,
        hasMfa: false,
        hasSso: false,
        createdAt,
      },
      {
        kind: 'tenant',
        id: 'acme',
        name: 'Acme',
        parentTenantId: 'top',
        roleInheritance: 'none',
        isDisabled: true,
        createdAt: '',
        profile: expect.objectContaining({ disabled: true }) as object,
      },
      {
        kind: 'tenant',
        id: 'top',
        name: 'top',
        parentTenantId: '',
        roleInheritance: '',
        isDisabled: false,
        createdAt: '',
        profile: expect.not.objectContaining({ disabled: true }) as object,
      },
      {
        kind: 'role',
        id: 'Editor',
        name: 'Editor',
        roleName: 'Editor',
        tenantId: '',
        description: 'edits',
        isDefault: true,
        isPrivate: false,
      },
      {
        kind: 'role',
        id: 'acme/Own',
        name: 'Own (Acme)',
        roleName: 'Own',
        tenantId: 'acme',
        description: '',
        isDefault: false,
        isPrivate: true,
      },
      { kind: 'permission', id: 'write', name: 'write', description: 'may write', isSystem: true },
      { kind: 'binding', id: 'acme/Editor', name: 'Editor in Acme', roleName: 'Editor', tenantId: 'acme' },
      { kind: 'binding', id: 'top/Editor', name: 'Editor in top', roleName: 'Editor', tenantId: 'top' },
    ]);
    expect(rows).toContainEqual({
      kind: 'grant',
      id: 'role_binding:acme/Editor:assigned:user:ann',
      on: { kind: 'binding', id: 'acme/Editor' },
      to: { kind: 'user', id: 'ann' },
    });
    expect(rows).toContainEqual({
      kind: 'grant',
      id: 'permission:write:granted:role:Editor',
      on: { kind: 'permission', id: 'write' },
      to: { kind: 'role', id: 'Editor' },
    });
    expect(rows).toHaveLength(9 + 5);
  });

  it.each(extensions)('of .%s are all there and no more, whatever the names are', async (extension) => {
    const path = join(folder, `sync.${extension}`);
    const property = fc.asyncProperty(
      projectArbitrary,
      fc.constantFrom('all' as const, 'observed' as const),
      async (project, tenantRoles) => {
        const truth = truthOf(project, tenantRoles);
        await writeSync(path, project, { tenantRoles });

        const rows = await rowsOf(path);

        const kinds: Readonly<Record<string, string>> = { binding: 'role_binding' };
        const isGrant = ({ kind }: FileRow): boolean => kind === 'grant' || kind === 'inheritance';
        expect(
          rows.flatMap((row) => (isGrant(row) ? [] : [`${kinds[row.kind] ?? row.kind}:${row.id}`])).toSorted(),
        ).toEqual([...truth.resources.keys()].toSorted());
        expect(rows.flatMap((row) => (isGrant(row) ? [row.id] : [])).toSorted()).toEqual(
          [...truth.grants.keys()].toSorted(),
        );
      },
    );

    await fc.assert(property, { numRuns: 12 });
  });

  it('of every kind are the same messages', async () => {
    const all: unknown[] = [];
    for (const extension of extensions) {
      const path = join(folder, `sync.${extension}`);
      await writeSync(path, smallProject());
      await using source = await openSource(path);
      const messages = await allOf(source.messages());
      all.push(
        messages.map(({ section }) => section),
        messages.map(messageToJson),
      );
    }

    expect(all.slice(2, 4)).toEqual(all.slice(0, 2));
    expect(all.slice(4)).toEqual(all.slice(0, 2));
    expect(all[1]).toHaveLength(62);
  });
});

describe('a file that is not whole, or not ours,', () => {
  async function refusal(path: string): Promise<unknown> {
    return await rowsOf(path).then(
      () => 'was read',
      (thrown: unknown) =>
        thrown instanceof Error ? `${'kind' in thrown ? String(thrown.kind) : 'bug'}: ${thrown.message}` : thrown,
    );
  }

  it('is refused without its summary', async () => {
    const path = join(folder, 'sync.json');
    await writeSync(path, smallProject());
    await truncate(path, 6_000);

    expect(await refusal(path)).toMatch(/^inconsistent: .*its closing summary is missing.*run "sync" again/);
  });

  it.each(['json', 'ndjson'])('is refused as .%s with a row missing, or changed, or cut off', async (extension) => {
    const path = join(folder, `sync.${extension}`);
    await writeSync(path, smallProject());
    const text = await readFile(path, 'utf8');

    await writeFile(
      path,
      text
        .split('\n')
        .filter((line) => !line.includes('role:Editor:assigned:user:ann'))
        .join('\n'),
    );
    expect(await refusal(path)).toMatch(/^inconsistent: .*damaged/);

    await writeFile(path, text.replace('"displayName":"Ann"', '"displayName":"Bob"'));
    expect(await refusal(path)).toMatch(/^inconsistent: .*damaged/);

    await writeFile(path, text.slice(0, 6_000));
    expect(await refusal(path)).toMatch(/^inconsistent: /);
  });

  it('is refused as a .c1z that is cut off, damaged, or something else', async () => {
    const path = join(folder, 'sync.c1z');
    await writeSync(path, smallProject());
    const bytes = await readFile(path);

    await writeFile(path, bytes.subarray(0, bytes.length - 20));
    expect(await refusal(path)).toMatch(/^inconsistent: .*cannot be unpacked/);

    await writeFile(path, bytes.with(Math.floor(bytes.length / 2), 1));
    expect(await refusal(path)).toMatch(/^inconsistent: /);

    await writeFile(path, 'PK\x03\x04');
    expect(await refusal(path)).toMatch(/^invalid: .*does not begin as a \.c1z file/);
  });

  it.each([
    ['sync.json', '{"format":"other","version":1}', /^invalid: .*its format is not "baton-descope\.sync"/],
    ['sync.json', '{"format":"baton-descope.sync","version":2}', /^invalid: .*its version is not 1/],
    ['sync.json', '{"format":"baton-descope.sync","version":1,"resources":[]}', /^inconsistent: .*closing summary/],
    ['sync.json', 'hello', /^invalid: .*no sync file/],
    ['sync.json', '', /^invalid: /],
    ['sync.ndjson', '', /^invalid: /],
    ['sync.csv', '', /^config: .*\.json, \.ndjson or \.c1z/],
  ])('is refused as %s with %j', async (name, content, expected) => {
    await writeFile(join(folder, name), content);

    expect(await refusal(join(folder, name))).toMatch(expected);
  });

  it('is refused where there is none', async () => {
    expect(await refusal(join(folder, 'none.json'))).toMatch(/^local-io: .*there is no such file/);
    expect(await refusal(join(folder, '.json'))).toMatch(/^config: /);
  });
});

describe('a file that was laid out anew', () => {
  it.each([
    ['indented', (text: string) => JSON.stringify(JSON.parse(text), undefined, 2)],
    ['in one line', (text: string) => JSON.stringify(JSON.parse(text))],
  ])('%s is read all the same', async (_name, change) => {
    const path = join(folder, 'sync.json');
    await writeSync(path, smallProject());
    const before = await rowsOf(path);

    await writeFile(path, change(await readFile(path, 'utf8')));

    expect(await rowsOf(path)).toEqual(before);
  });
});

describe('an unpacked .c1z', () => {
  it('leaves nothing behind in the folder for temporary files', async () => {
    const path = join(folder, 'sync.c1z');
    await writeSync(path, smallProject());
    vi.stubEnv('TMPDIR', folder);
    try {
      const source = await openSource(path);
      expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).toMatch(/baton-descope-/);
      await source[Symbol.asyncDispose]();
    } finally {
      vi.unstubAllEnvs();
    }

    expect(execFileSync('ls', ['-A', folder], { encoding: 'utf8' })).toBe('sync.c1z\n');
  });
});
