import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import type { DescopeClient } from '../../src/descope/client.ts';
import { ConnectorError } from '../../src/errors.ts';
import { type Emulator, type ProjectState, startEmulator } from '../../src/emulator/emulator.ts';
import type { AuditEntry } from '../../src/provisioning/audit.ts';
import { createProvisioner } from '../../src/provisioning/provisioner.ts';
import { applyDecisions, createAuditNotes } from '../../src/review/apply.ts';
import { reviewData, rowsIn } from '../../src/review/data.ts';
import {
  type DecidedRow,
  type Decisions,
  decisionsFormat,
  type ReviewData,
  reviewVersion,
} from '../../src/review/format.ts';
import { sealOf } from '../../src/review/hash.ts';
import { type RowResult } from '../../src/review/results.ts';
import { revokesIn, targetIn } from '../../src/review/revokes.ts';
import { parseScope } from '../../src/review/scope.ts';
import { chanceOf } from '../support/chance.ts';
import { temporaryFolder } from '../support/cli.ts';
import { clientOf } from '../support/embedded.ts';
import { syncEmbedded } from '../support/reviews.ts';

const savedAt = '2026-11-30T12:00:00.000Z';
const ada = 'U2AdaLovelace000000000000000';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

type Decide = (row: DecidedRow, place: number) => Pick<DecidedRow, 'decision' | 'reason'> | undefined;

/** A review of the project as it is now. */
async function dataOf(emulator: Emulator, scope: string): Promise<ReviewData> {
  const path = join(folder.path, 'sync.json');
  await syncEmbedded(emulator, path);
  await using index = await createFileIndex(path);
  const asked = { scope: parseScope(scope), reviewer: 'rita@acme.example', file: 'sync.json', madeBy: '0' };
  return reviewData(index, { ...asked, nowMs: Date.parse(savedAt) });
}

/** Decisions of such a review. */
async function decided(emulator: Emulator, scope: string, decide: Decide): Promise<Decisions> {
  const data = await dataOf(emulator, scope);
  const rows = rowsIn(data, 'rows').map((row, place): DecidedRow => Object.assign({}, row, decide(row, place)));
  const { review, about } = data;
  const seal = sealOf({ review, savedAt, rows });
  return { format: decisionsFormat, version: reviewVersion, review, about, savedAt, seal, rows };
}

interface Run {
  readonly rows: readonly RowResult[];
  readonly stoppedBy?: unknown;
  readonly audit: readonly AuditEntry[];
}

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly client?: DescopeClient;
  /** Takes a line of the audit log. */
  readonly write?: (entry: AuditEntry) => Promise<void>;
  readonly keep?: (rows: readonly RowResult[]) => Promise<void>;
}

async function apply(
  emulator: Emulator,
  decisions: Decisions,
  {
    client = clientOf(emulator),
    dryRun = false,
    signal = new AbortController().signal,
    write = () => Promise.resolve(),
    keep = () => Promise.resolve(),
  }: ApplyOptions = {},
): Promise<Run> {
  const audit: AuditEntry[] = [];
  const notes = createAuditNotes();
  const provisioner = createProvisioner({
    client,
    audit: async (entry) => {
      audit.push(notes.note(entry));
      await write(entry);
    },
    dryRun,
  });
  const applied = await applyDecisions({
    decisions,
    revokes: revokesIn('decisions.json', decisions),
    provisioner,
    now: () => Date.parse(savedAt),
    signal,
    notes,
    onResult: () => undefined,
    keep,
  });
  return { ...applied, audit };
}

/** Everything that anybody holds, as the stand-in itself has it: a line each. */
function worldOf(state: ProjectState): string[] {
  const heldBy = (
    who: string,
    roles: readonly string[],
    tenants: readonly { readonly tenantId: string; readonly roleNames: readonly string[] }[],
  ): string[] => [
    ...roles.map((role) => `${who} role ${role}`),
    ...tenants.map(({ tenantId }) => `${who} member ${tenantId}`),
    ...tenants.flatMap(({ tenantId, roleNames }) => roleNames.map((role) => `${who} ${role} in ${tenantId}`)),
  ];
  return [
    ...Array.from(state.users()).flatMap(({ userId, roleNames, tenants, ssoAppIds }) =>
      heldBy(userId, roleNames, tenants).concat(ssoAppIds.map((app) => `${userId} app ${app}`)),
    ),
    ...state.accessKeys().flatMap(({ id, roleNames, keyTenants }) => heldBy(id, roleNames, keyTenants)),
    ...state.consents().map(({ appId, userId, tenantId }) => `${userId === '' ? tenantId : userId} consents ${appId}`),
  ].toSorted();
}

/** The line of a row in that world. */
function lineOf({ principal: { id }, entitlement }: Pick<DecidedRow, 'principal' | 'entitlement'>): string {
  const [, type = '', resource = ''] = /^(\w+):(.*):\w+$/.exec(entitlement) ?? [];
  const parts = resource.split('/').map((part) => part.replaceAll('%2F', '/').replaceAll('%25', '%'));
  switch (type) {
    case 'tenant':
      return `${id} member ${resource}`;
    case 'application':
      return `${id} app ${resource}`;
    case 'third_party_app':
      return `${id} consents ${resource}`;
    default:
      return parts.length === 1 ? `${id} role ${parts[0]}` : `${id} ${parts[1]} in ${parts[0]}`;
  }
}

const outcomesOf = ({ rows }: Run): (string | undefined)[] => rows.map(({ outcome }) => outcome);

describe('to apply decisions', () => {
  it.each([1, 2, 3])(
    'revokes what was decided to be revoked and nothing else, whatever was decided: seed %i',
    async (seed) => {
      await using emulator = await disposable({ users: 60, seed });
      const chance = chanceOf(seed);
      const decisions = await decided(emulator, 'all', () => {
        const dice = chance();
        return dice < 0.35
          ? { decision: 'revoke', reason: `reason ${dice}` }
          : dice < 0.7
            ? { decision: 'keep' }
            : dice < 0.8
              ? { decision: 'question' }
              : undefined;
      });
      const before = worldOf(emulator.state);
      const run = await apply(emulator, decisions);

      const revoked = run.rows.filter(({ outcome }) => outcome === 'revoked');
      const gone = new Set(revoked.map(({ row }) => lineOf(decisions.rows[row] ?? never())));
      expect(worldOf(emulator.state)).toEqual(before.filter((line) => !gone.has(line)));
      expect(run.rows.map(({ row }) => row).toSorted((one, other) => one - other)).toEqual(
        decisions.rows.flatMap(({ decision }, place) => (decision === 'revoke' ? [place] : [])),
      );
      expect(run.stoppedBy).toBeUndefined();
      // What a person holds is revoked, and a membership only if none of its roles was to stay.
      const of = ({ row }: RowResult): DecidedRow => decisions.rows[row] ?? never();
      const revokeLines = new Set(decisions.rows.flatMap((row) => (row.decision === 'revoke' ? [lineOf(row)] : [])));
      const stays = (user: string, tenantId: string): boolean =>
        before.some(
          (line) => line.startsWith(`${user} `) && line.endsWith(` in ${tenantId}`) && !revokeLines.has(line),
        );
      const ofPeople = run.rows.filter(
        ({ principal: { type }, entitlement }) => type === 'user' && /^(tenant|role|role_binding):/.test(entitlement),
      );
      expect(ofPeople.map(({ outcome }) => outcome)).toEqual(
        ofPeople.map((result) =>
          result.entitlement.startsWith('tenant:') && stays(result.principal.id, of(result).tenantId)
            ? 'refused'
            : 'revoked',
        ),
      );
      expect(new Set(ofPeople.map(({ outcome }) => outcome))).toEqual(new Set(['revoked', 'refused']));
      expect(run.rows.filter(({ outcome, error = '' }) => outcome !== 'revoked' && error === '')).toEqual([]);
      expect(revoked.length).toBeGreaterThan(30);

      // Once more is harmless.
      const after = worldOf(emulator.state);
      const again = await apply(emulator, decisions);
      expect(worldOf(emulator.state)).toEqual(after);
      expect(
        new Set(again.rows.filter(({ row }) => revoked.some((one) => one.row === row)).map(({ outcome }) => outcome)),
      ).toEqual(new Set(['gone-before']));
    },
  );

  it('keeps what became of each before anything is sent for the next, and stops where that cannot be kept', async () => {
    await using emulator = await disposable({ users: 60 });
    const decisions = await decided(emulator, 'all', ({ principal: { type } }) =>
      type === 'user' ? { decision: 'revoke', reason: 'all of it' } : undefined,
    );
    const order: string[] = [];
    const run = await apply(emulator, decisions, {
      write: async ({ outcome }) => void order.push(outcome === 'intended' ? 'sent' : 'other'),
      keep: async (rows) => {
        order.push(`kept ${rows.length}`);
        if (rows.length === 3) {
          throw new ConnectorError('local-io', 'the disk is full');
        }
      },
    });

    const sent = order.filter((word) => word !== 'other');
    expect(sent.filter((word) => word.startsWith('kept'))).toEqual(['kept 1', 'kept 2', 'kept 3']);
    expect(sent.at(-1)).toBe('kept 3');
    expect(sent.indexOf('sent')).toBeLessThan(sent.indexOf('kept 1'));
    expect(run.stoppedBy).toMatchObject({ kind: 'local-io' });
    expect(outcomesOf(run).slice(3)).toEqual(Array.from({ length: run.rows.length - 3 }, () => 'not-tried'));
    expect(run.rows.length).toBeGreaterThan(10);
  });

  it('changes nothing in a dry run, and tells the same', async () => {
    await using emulator = await disposable({ users: 60 });
    const decisions = await decided(emulator, 'tenant:acme', () => ({ decision: 'revoke', reason: 'closed' }));
    const before = worldOf(emulator.state);
    const dry = await apply(emulator, decisions, { dryRun: true });

    expect(worldOf(emulator.state)).toEqual(before);
    const real = await apply(emulator, decisions);
    expect(outcomesOf(dry)).toEqual(outcomesOf(real).map((outcome) => (outcome === 'revoked' ? 'planned' : outcome)));
    expect(outcomesOf(real)).toContain('revoked');
  });

  it('writes reviewer and reason into each line of the audit log', async () => {
    await using emulator = await disposable({ users: 20 });
    const decisions = await decided(emulator, 'tenant:acme', ({ principal, entitlement }) =>
      principal.id === ada && entitlement !== 'tenant:acme:member'
        ? { decision: 'revoke', reason: 'left the team' }
        : undefined,
    );
    const { audit, rows } = await apply(emulator, decisions);

    expect(audit.map(({ outcome }) => outcome)).toEqual(rows.flatMap(() => ['intended', 'revoked']));
    expect(new Set(audit.map(({ review }) => JSON.stringify(review)))).toEqual(
      new Set([JSON.stringify({ hash: decisions.review, reviewer: 'rita@acme.example', reason: 'left the team' })]),
    );
    expect(rows.map(({ requestId }) => requestId)).toEqual(
      audit.filter(({ outcome }) => outcome === 'revoked').map(({ requestId }) => requestId),
    );
    expect(rows).not.toEqual([]);
  });
});

describe('where the sync has moved on, to apply', () => {
  const revokeOf =
    (id: string, entitlement: string): Decide =>
    (row) =>
      row.principal.id === id && row.entitlement === entitlement
        ? { decision: 'revoke', reason: 'r' }
        : { decision: 'keep' };
  const editor = 'role_binding:acme/Editor:assigned';

  async function moved(
    decide: Decide,
    change: (state: ProjectState) => unknown,
  ): Promise<{ readonly run: Run; readonly hasChanged: boolean }> {
    await using emulator = await disposable({ users: 20 });
    const decisions = await decided(emulator, 'all', decide);
    change(emulator.state);
    const before = worldOf(emulator.state);
    const run = await apply(emulator, decisions);
    return { run, hasChanged: JSON.stringify(before) !== JSON.stringify(worldOf(emulator.state)) };
  }

  it.each([
    ['a holding that is gone', (state: ProjectState) => state.revokeRole(ada, 'Editor', 'acme')],
    ['a user who is gone', (state: ProjectState) => state.deleteUser(ada)],
  ])('tells of %s as gone before', async (_what, change) => {
    const { run, hasChanged } = await moved(revokeOf(ada, editor), change);

    expect(outcomesOf(run)).toEqual(['gone-before']);
    expect(hasChanged).toBe(false);
  });

  it.each([
    [
      'somebody else has the user id',
      editor,
      (state: ProjectState) => state.updateUser(ada, { loginIds: ['other@acme.example'] }),
      'does not have the login id ada.lovelace@acme.example any more',
    ],
    [
      'the role was renamed',
      editor,
      (state: ProjectState) => {
        state.deleteRole('Editor');
        state.putRole({ name: 'Redactor' });
        state.revokeRole(ada, 'Editor', 'acme');
        state.grantRole(ada, 'Redactor', 'acme');
      },
      'there is no role "Editor"',
    ],
    [
      'the tenant has a role of that name now',
      editor,
      (state: ProjectState) => state.putRole({ name: 'Editor', tenantId: 'acme' }),
      'Editor',
    ],
    [
      'a role was given since that the membership would take with it',
      'tenant:acme:member',
      (state: ProjectState) => state.grantRole(ada, 'Billing Manager', 'acme'),
      'would take the role',
    ],
  ])('refuses where %s', async (_what, entitlement, change, why) => {
    const { run, hasChanged } = await moved(revokeOf(ada, entitlement), change);

    expect(run.rows.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(run.rows[0]?.error).toContain(why);
    expect(run.audit.at(-1)).toMatchObject({ outcome: 'refused', review: { reason: 'r' } });
    expect(hasChanged).toBe(false);
  });

  it('refuses a membership by the record that the write goes by: a role may be given just before that is read', async () => {
    await using emulator = await disposable({ users: 20 });
    const { state } = emulator;
    const rolesOf = (): readonly string[] =>
      [...state.users()]
        .filter(({ userId }) => userId === ada)
        .flatMap(({ tenants }) => tenants.find(({ tenantId }) => tenantId === 'acme')?.roleNames ?? []);
    rolesOf().forEach((role) => state.revokeRole(ada, role, 'acme'));
    const decisions = await decided(emulator, 'all', revokeOf(ada, 'tenant:acme:member'));
    const client = clientOf(emulator);
    const run = await apply(emulator, decisions, {
      client: {
        ...client,
        loadForWrite: async (...asked) => {
          state.grantRole(ada, 'Editor', 'acme');
          return await client.loadForWrite(...asked);
        },
      },
    });

    expect(run.rows.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(run.rows[0]?.error).toContain('would take the role Editor with it');
    expect(rolesOf()).toEqual(['Editor']);
    expect(run.audit.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  it('refuses a membership that would take a role which was decided to be kept', async () => {
    const { run } = await moved(revokeOf(ada, 'tenant:acme:member'), () => undefined);

    expect(run.rows[0]).toMatchObject({ outcome: 'refused' });
    expect(run.rows[0]?.error).toContain('which was decided as keep');
  });

  it('refuses what is held by inheritance alone by now, and leaves it to those above', async () => {
    await using emulator = await disposable({ users: 20 });
    const data = await dataOf(emulator, 'all');
    const inherited = rowsIn(data, 'shown').find(
      ({ entitlement, principal }, place) =>
        entitlement.startsWith('role_binding:') &&
        entitlement.split('/').length === 2 &&
        principal.type === 'user' &&
        data.notes[data.shown.note[place] ?? 0]?.includes('uncertain') === false,
    );
    const { principal, tenantId, entitlement } = inherited ?? never();
    const roleName = targetIn(entitlement)?.roleName ?? '';
    emulator.state.grantRole(principal.id, roleName, tenantId);
    const decisions = await decided(emulator, 'all', revokeOf(principal.id, entitlement));
    emulator.state.revokeRole(principal.id, roleName, tenantId);
    const before = worldOf(emulator.state);
    const run = await apply(emulator, decisions);

    expect(outcomesOf(run)).toEqual(['refused']);
    expect(run.rows[0]?.error).toMatch(/inherit/);
    expect(worldOf(emulator.state)).toEqual(before);
  });

  it('goes on after a refusal, and stops where nothing would fare better', async () => {
    await using emulator = await disposable({ users: 20 });
    const decisions = await decided(emulator, 'tenant:acme', ({ entitlement, principal: { type } }) =>
      type === 'user' && entitlement.startsWith('role_binding')
        ? { decision: 'revoke', reason: 'r' }
        : { decision: 'keep' },
    );
    const [first, second] = revokesIn('d', decisions);
    emulator.state.updateUser(first?.principal.id ?? '', { loginIds: ['other@acme.example'] });
    const stop = new AbortController();
    emulator.state.onRequest(
      ({ path }) =>
        path.endsWith('/update/role/remove') && emulator.stats.count('POST /v1/mgmt/user/update/role/remove') > 1,
      () => stop.abort(),
    );
    const run = await apply(emulator, decisions, { signal: stop.signal });

    expect(run.rows[0]).toMatchObject({ outcome: 'refused', row: first?.place });
    expect(run.rows[1]).toMatchObject({ outcome: 'revoked', row: second?.place });
    expect(run.rows).toHaveLength(revokesIn('d', decisions).length);
    expect(run.rows.at(-1)).toMatchObject({ outcome: 'not-tried' });
    expect(run.stoppedBy).toMatchObject({ kind: 'cancelled' });
  });
});

describe('where a line of the audit log cannot be written, to apply', () => {
  it.each([
    ['intended', 'not-tried', 'nothing was sent', true],
    ['revoked', 'failed', 'access was changed nevertheless', false],
  ] as const)('stops, and tells what is so: %s', async (lost, outcome, told, isHeld) => {
    await using emulator = await disposable({ users: 20 });
    const decisions = await decided(emulator, 'tenant:acme', ({ entitlement, principal: { type } }) =>
      type === 'user' && entitlement.startsWith('role_binding') ? { decision: 'revoke', reason: 'r' } : undefined,
    );
    const before = worldOf(emulator.state);
    const full = new ConnectorError('local-io', 'the disk is full');
    const run = await apply(emulator, decisions, {
      write: (entry) => (entry.outcome === lost ? Promise.reject(full) : Promise.resolve()),
    });

    expect(run.rows[0]).toMatchObject({ outcome });
    expect(run.rows[0]?.error).toContain(told);
    expect(new Set(outcomesOf(run).slice(1))).toEqual(new Set(['not-tried']));
    expect(run.stoppedBy).toMatchObject({ kind: 'local-io' });
    const first = lineOf(decisions.rows[run.rows[0]?.row ?? 0] ?? never());
    expect(worldOf(emulator.state)).toEqual(isHeld ? before : before.filter((line) => line !== first));
  });
});

describe('decisions', () => {
  it.each([
    [{ decision: 'revoke' as const }, 'no reason is given'],
    [{ decision: 'revoke' as const, reason: '  ' }, 'no reason is given'],
  ])('are refused before anything is sent: %j', async (decision, why) => {
    await using emulator = await disposable({ users: 20 });
    const decisions = await decided(emulator, 'tenant:acme', (_row, place) => (place === 3 ? decision : undefined));

    expect(() => revokesIn('decisions.json', decisions)).toThrow(`decisions.json /rows/3/reason: `);
    expect(() => revokesIn('decisions.json', decisions)).toThrow(why);
  });
});

async function disposable(options: {
  readonly users: number;
  readonly seed?: number;
}): Promise<Emulator & AsyncDisposable> {
  const emulator = await startEmulator(options);
  return Object.assign(emulator, { [Symbol.asyncDispose]: () => emulator.close() });
}

function never(): never {
  throw new Error('a result of a row that there is not');
}
