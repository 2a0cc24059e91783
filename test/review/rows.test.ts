import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { ConnectorError } from '../../src/errors.ts';
import { rowsIn, reviewData } from '../../src/review/data.ts';
import type { ReviewData, ReviewRow } from '../../src/review/format.ts';
import { readReviewPage } from '../../src/review/read-page.ts';
import { parseScope } from '../../src/review/scope.ts';
import { reviewPage } from '../../src/review/write-page.ts';
import { temporaryFolder } from '../support/cli.ts';
import { syncEmbedded } from '../support/reviews.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let path = '';
let grants: readonly FileGrant[] = [];

interface FileGrant {
  readonly entitlement: { readonly id: string; readonly resource: { readonly id: TypedId } };
  readonly principal: { readonly id: TypedId };
}
interface TypedId {
  readonly resourceType: string;
  readonly resource: string;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'sync.json');
  const emulator = await startEmulator({ users: 150 });
  await syncEmbedded(emulator, path);
  await emulator.close();
  grants = (JSON.parse(await readFile(path, 'utf8')) as { readonly grants: readonly FileGrant[] }).grants;
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

async function review(scope: string): Promise<ReviewData> {
  await using index = await createFileIndex(path);
  const asked = {
    scope: parseScope(scope),
    reviewer: 'r@x',
    file: 'sync.json',
    madeBy: '0',
    nowMs: Date.UTC(2026, 10, 30),
  };
  return reviewData(index, asked);
}

/** What somebody holds as it stands, in a file: told apart from what is inherited by its principal alone. */
function heldDirectly(isInScope: (on: TypedId, slug: string) => boolean): string[] {
  const held = new Set(['tenant', 'role', 'role_binding', 'application', 'third_party_app']);
  return grants
    .filter(({ entitlement, principal }) => {
      const on = entitlement.resource.id;
      const isEdge = principal.id.resourceType === 'tenant' && on.resourceType !== 'third_party_app';
      return (
        held.has(on.resourceType) &&
        ['user', 'access_key', 'tenant'].includes(principal.id.resourceType) &&
        !isEdge &&
        isInScope(on, entitlement.id)
      );
    })
    .map(({ entitlement, principal: { id } }) => `${entitlement.id} ${id.resourceType}:${id.resource}`)
    .toSorted();
}

const keyOf = ({ entitlement, principal: { type, id } }: ReviewRow): string => `${entitlement} ${type}:${id}`;

describe('a review of a file has to decide', () => {
  it('everything that anybody holds as it stands, for the whole project', async () => {
    const rows = rowsIn(await review('all'), 'rows').map(keyOf);

    expect(rows.toSorted()).toEqual(heldDirectly(() => true));
    expect(rows.some((row) => row.endsWith('access_key:K2SampleKeySampleKeySampleK1'))).toBe(true);
    expect(rows.some((row) => row.startsWith('third_party_app:') && row.includes(' tenant:'))).toBe(true);
  });

  it('what is held of one tenant and of its roles, by id or name', async () => {
    const inAcme = ({ resourceType, resource }: TypedId): boolean =>
      (resourceType === 'tenant' && resource === 'acme') ||
      (['role', 'role_binding'].includes(resourceType) && resource.startsWith('acme/'));
    const rows = rowsIn(await review('tenant:Acme'), 'rows').map(keyOf);

    expect(rows.toSorted()).toEqual(heldDirectly(inAcme));
    expect(rows).toEqual(rowsIn(await review('tenant:acme'), 'rows').map(keyOf));
  });

  it('who holds one role, also inside tenants that have none of that name of their own', async () => {
    const rows = rowsIn(await review('role:Editor'), 'rows').map(keyOf);

    expect(rows.toSorted()).toEqual(
      heldDirectly(
        ({ resourceType, resource }) =>
          (resourceType === 'role' && resource === 'Editor') ||
          (resourceType === 'role_binding' && resource.endsWith('/Editor')),
      ),
    );
  });

  it('who was given one application', async () => {
    const rows = rowsIn(await review('app:SA2Wiki'), 'rows').map(keyOf);

    expect(rows.toSorted()).toEqual(heldDirectly(({ resource }) => resource === 'SA2Wiki'));
    expect(rows).not.toEqual([]);
  });
});

describe('a review is not made', () => {
  it('of a file that does not tell of which project it is', async () => {
    await using index = await createFileIndex(path);
    const nameless = { ...index, summary: { ...index.summary, projectId: undefined } };
    const asked = { scope: parseScope('all'), reviewer: 'r@x', file: 'sync.json', madeBy: '0', nowMs: 0 };

    expect(() => reviewData(nameless, asked)).toThrow('does not tell of which project it is');
  });
});

describe('a review shows besides, with where it comes from', () => {
  it('what is inherited from a tenant above', async () => {
    const { shown, notes } = await review('all');

    expect(shown.note.map((place) => notes[place]).filter((note) => note?.startsWith('inherited: ') !== true)).toEqual(
      [],
    );
    expect(shown.note.length).toBeGreaterThan(0);
  });

  it('in a tenant, what is held in the whole project', async () => {
    const data = await review('tenant:acme');
    const shown = rowsIn(data, 'shown').map((row, place) => ({ row, note: data.notes[data.shown.note[place] ?? 0] }));

    expect(
      shown
        .filter(({ note }) => note?.startsWith('held in the whole project') === true)
        .map(({ row }) => keyOf(row))
        .toSorted(),
    ).toEqual(heldDirectly(({ resourceType, resource }) => resourceType === 'role' && !resource.includes('/')));
  });

  it('what check found of a holder', async () => {
    const { findings, rules, principals } = await review('tenant:acme');
    const found = findings.filter(({ rule }) => rules[rule]?.id === 'disabled-user-access');

    expect(found.filter(({ principal }) => principals[principal]?.status === 'enabled')).toEqual([]);
    expect(found).not.toEqual([]);
  });
});

describe('a review says', () => {
  it('which rules were not looked at, since the sync did not read what they need', async () => {
    const { unread, findings, rules } = await review('all');
    const untold = unread.find((sentence) => sentence.startsWith('Findings of these rules are not shown')) ?? '';

    expect(unread.join('\n')).toMatch(/^Findings of these rules are not shown, since .*: .*dormant-user/m);
    expect(untold).not.toContain('disabled-user-access');
    expect(findings.filter(({ rule }) => rules[rule]?.id === 'dormant-user')).toEqual([]);
  });
});

describe('a page', () => {
  const template = '<head></head><script type="application/octet-stream" id="data"><!--data--></script>';

  it('gives back what it holds', async () => {
    const data = await review('tenant:acme');

    expect(readReviewPage('review.html', reviewPage(data, template))).toEqual(data);
  });

  it.each([
    ['a row', ({ rows, ...data }: ReviewData) => ({ ...data, rows: { ...rows, thing: rows.thing.toReversed() } })],
    [
      'a shown row',
      ({ shown, ...data }: ReviewData) => ({ ...data, shown: { ...shown, thing: shown.thing.toReversed() } }),
    ],
    ['its reviewer', ({ about, ...data }: ReviewData) => ({ ...data, about: { ...about, reviewer: 'other@x' } })],
    [
      'its sync',
      ({ about, ...data }: ReviewData) => ({ ...data, about: { ...about, sync: { ...about.sync, contentHash: '' } } }),
    ],
    [
      'its scope',
      ({ about, ...data }: ReviewData) => ({ ...data, about: { ...about, scope: { ...about.scope, id: 'eu' } } }),
    ],
  ])('is refused where %s was changed', async (_what, change) => {
    const page = reviewPage(change(await review('tenant:acme')), template);

    expect(() => readReviewPage('review.html', page)).toThrow('was changed after it was made');
  });

  it.each(['', '<html></html>', template.replace('<!--data-->', 'aGFsbG8=')])(
    'is told from any other file: %j',
    (text) => {
      expect(() => readReviewPage('x.html', text)).toThrow('x.html is no page that "review new" made');
    },
  );
});

describe('a damaged page', () => {
  const template = '<head></head><script type="application/octet-stream" id="data"><!--data--></script>';
  const pageOf = (data: unknown): string =>
    template.replace('<!--data-->', gzipSync(JSON.stringify(data)).toString('base64'));

  it.each<readonly [string, (data: ReviewData) => unknown]>([
    ['nothing but a head', () => ({ version: 1, review: 'sha256:x', about: {} })],
    ['no rows', ({ rows: _rows, ...data }) => data],
    ['no principals', (data) => ({ ...data, principals: [] })],
    ['a row without its thing', (data) => ({ ...data, rows: { ...data.rows, thing: [] } })],
    ['rows that are no numbers', (data) => ({ ...data, rows: { ...data.rows, thing: ['x'] } })],
    ['a finding of nobody', (data) => ({ ...data, findings: [{ principal: 1e9, rule: 0, tenantId: '', detail: '' }] })],
  ])('is refused in one line: %s', async (_what, change) => {
    const page = pageOf(change(await review('tenant:acme')));

    expect(() => readReviewPage('review.html', page)).toThrow(
      new ConnectorError('config', 'review.html is damaged: make the review again'),
    );
  });

  it.each([[null], [[]], ['x'], [{ version: 1, review: 5, about: {} }], [{ version: 1, review: 'x', about: null }]])(
    'is no page with %j in it',
    (data) => {
      expect(() => readReviewPage('x.html', pageOf(data))).toThrow('x.html is no page that "review new" made');
    },
  );

  it('is not unpacked beyond what fits', async () => {
    const data = await review('tenant:acme');

    expect(readReviewPage('x.html', pageOf(data), JSON.stringify(data).length * 2)).toEqual(data);
    expect(() => readReviewPage('x.html', pageOf(data), 1000)).toThrow('x.html is no page that "review new" made');
  });
});

describe('a scope', () => {
  it.each(['', 'tenant', 'tenant:', 'tenant: ', 'user:U1', 'ALL', 'everything'])('is refused as %j', (text) => {
    expect(() => parseScope(text)).toThrow('is no scope');
  });

  it.each([
    ['tenant:acmee', 'did you mean Acme (acme)?'],
    ['role:Editr', 'Editor'],
    ['app:Wiki', 'SA2Wiki'],
  ])('that is not there is told with what was meant: %s', async (scope, meant) => {
    await expect(review(scope)).rejects.toThrow(meant);
  });
});
