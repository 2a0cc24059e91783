import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecisions } from '../../src/review-page/data/decisions.ts';
import { createHoldings } from '../../src/review-page/data/holdings.ts';
import { fromFile, toFile } from '../../src/review-page/data/file.ts';
import { keepDecisions } from '../../src/review-page/data/keeper.ts';
import { rowsIn } from '../../src/review/data.ts';
import { type Decision, decisionWords, type ReviewAbout, type ReviewData } from '../../src/review/format.ts';
import { hashOf, reviewHash } from '../../src/review/hash.ts';
import { readDecisions } from '../../src/review/read-decisions.ts';

const count = 40;
const hash = async (text: string): Promise<string> => await Promise.resolve(hashOf(text));

/** A review of so many holdings of made-up people, who all hold one role. */
function reviewOf(rows: number): ReviewData {
  const none = { principal: [], thing: [], note: [] };
  const principals = Array.from({ length: rows }, (_, place) => ({
    type: 'user',
    id: `U${place}`,
    name: `Ada "${place}"\n`,
    login: `a${place}@x`,
    email: '',
    status: 'enabled',
  }));
  const things = [
    {
      entitlement: 'role:Editor:assigned',
      held: 'Editor (whole project)',
      tenantId: '',
      tenant: '',
      permissions: '',
      risk: '',
    },
  ];
  const columns = {
    principal: principals.map((_, place) => place),
    thing: principals.map(() => 0),
    note: principals.map(() => 0),
  };
  const about: ReviewAbout = {
    projectId: 'P1',
    scope: { kind: 'all', id: '', name: '' },
    reviewer: 'r@x',
    madeAt: '2026-11-30T12:00:00.000Z',
    madeBy: '0',
    sync: { file: 's.json', contentHash: '', startedAt: '', finishedAt: '', proof: 'stable', users: rows },
    rows,
    shown: { count: 0, hash: hashOf('') },
  };
  const table = { principals, things, rows: columns, shown: none };
  return {
    version: 1,
    review: reviewHash(about, rowsIn(table, 'rows')),
    about,
    ...table,
    notes: [''],
    findings: [],
    rules: [],
    unread: [],
  };
}

const data = reviewOf(count);
const holdings = createHoldings(data);

const change = fc.oneof(
  fc.record({
    rows: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { maxLength: 5 }),
    decision: fc.option(fc.constantFrom(...decisionWords), { nil: undefined }),
    reason: fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
  }),
  fc.constant('undo' as const),
);

/** A store after these changes, and what a plain list of decisions says of them. */
function changed(changes: readonly (typeof change extends fc.Arbitrary<infer One> ? One : never)[]) {
  let now = Date.UTC(2026, 10, 30);
  const store = createDecisions(count, () => (now += 1000));
  let plain: { decision: Decision | undefined; reason: string }[] = Array.from({ length: count }, () => ({
    decision: undefined,
    reason: '',
  }));
  const before: (typeof plain)[] = [];
  for (const one of changes) {
    if (one === 'undo') {
      store.undo();
      plain = before.pop() ?? plain;
    } else {
      store.decide(one.rows, one.decision, one.reason);
      if (one.rows.length > 0) {
        before.push(plain);
        plain = plain.map((old, row) =>
          one.rows.includes(row)
            ? { decision: one.decision, reason: one.decision === undefined ? '' : (one.reason ?? old.reason) }
            : old,
        );
      }
    }
  }
  return { store, plain };
}

describe('the decisions of a page', () => {
  it('are what was decided last, whatever is taken back', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const { store, plain } = changed(changes);

        expect(plain.map((_, row) => ({ decision: store.of(row).decision, reason: store.of(row).reason }))).toEqual(
          plain,
        );
        const open = plain.filter(({ decision }) => decision === undefined).length;
        expect(store.counts()).toMatchObject({
          open,
          withoutReason: plain.filter(({ decision, reason }) => decision === 'revoke' && reason === '').length,
        });
      }),
    );
  });

  it('are the same after they were kept and found again, and as a file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        const { store } = changed(changes);
        const all = Array.from({ length: count }, (_, row) => store.of(row));
        const found = createDecisions(count, () => 0);
        expect(found.unpack(store.pack())).toBe(true);
        expect(all.map((_, row) => found.of(row))).toEqual(all);

        const text = await toFile(holdings, store, Date.UTC(2026, 11, 1), hash);
        const read = readDecisions('decisions.json', text);
        expect(read.rows.map(({ decision, reason = '' }) => ({ decision, reason }))).toEqual(
          all.map(({ decision, reason }) => ({ decision, reason })),
        );
        const opened = createDecisions(count, () => 0);
        opened.merge(await fromFile(text, holdings, hash));
        expect(all.map((_, row) => opened.of(row))).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });

  it('of a file are taken over where they are newer', async () => {
    const older = createDecisions(count, () => 1000);
    older.decide([0, 1], 'keep');
    const file = await fromFile(await toFile(holdings, older, 2000, hash), holdings, hash);
    const store = createDecisions(count, () => 3000);
    store.decide([0], 'revoke', 'left');

    expect(store.merge(file)).toBe(1);
    expect([0, 1, 2].map((row) => store.of(row).decision)).toEqual(['revoke', 'keep', undefined]);
    expect(store.merge(file)).toBe(0);
  });

  it.each(['', 'null', '{}', '{"count":40,"codes":"9"}', '[]'])('are not found in something else: %s', (text) => {
    const store = createDecisions(count, () => 0);

    expect(store.unpack(text)).toBe(false);
    expect(store.counts().open).toBe(count);
  });

  it('fit into what a browser keeps, a hundred thousand of them with a reason each', () => {
    const store = createDecisions(100_000, () => Date.UTC(2026, 10, 30));
    store.decide(
      Array.from({ length: 100_000 }, (_, row) => row),
      'revoke',
      'a reason that is given for all of them at once',
    );

    expect(store.pack().length).toBeLessThan(1_000_000);
  });

  it('are kept at once when the page is left, and a browser that keeps nothing is told', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
      removeItem: (key: string) => void kept.delete(key),
    };
    const surroundings = { storage: () => storage, later: () => undefined, onProblem: () => undefined };
    const store = createDecisions(count, () => 5000);
    const keeper = keepDecisions(store, 'sha256:1', surroundings);
    store.decide([3], 'question', 'who is this?');
    keeper.flush();
    const again = createDecisions(count, () => 0);

    expect(keepDecisions(again, 'sha256:1', surroundings)).toMatchObject({ found: true });
    expect(again.of(3)).toEqual({ decision: 'question', reason: 'who is this?', at: 5000 });
    expect(
      keepDecisions(
        createDecisions(count, () => 0),
        'sha256:2',
        surroundings,
      ),
    ).toMatchObject({ found: false });

    let told = 0;
    const full = {
      ...storage,
      setItem: (key: string, text: string) => {
        if (!key.endsWith(':test')) {
          throw new Error('full');
        }
        kept.set(key, text);
      },
    };
    const filled = keepDecisions(store, 'sha256:3', {
      ...surroundings,
      storage: () => full,
      onProblem: () => (told += 1),
    });
    expect(filled.problem()).toBe('');
    store.decide([4], 'keep');
    filled.flush();
    expect(filled.problem()).toContain('does not keep your decisions');
    expect(told).toBe(1);
  });
});

describe('a file of decisions', () => {
  const written = async (): Promise<string> => {
    const store = createDecisions(count, () => Date.UTC(2026, 10, 30));
    store.decide([2, 3], 'revoke', 'left');
    store.decide([5], 'keep');
    return await toFile(holdings, store, Date.UTC(2026, 11, 1), hash);
  };
  const lineOfRow = (text: string, row: number): number =>
    text.split('\n').findIndex((line) => line.includes(`"id":"U${row}"`)) + 1;

  it('is of the published schema', async () => {
    const schema = JSON.parse(
      readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'decisions.schema.json'), 'utf8'),
    ) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const file = JSON.parse(await written()) as object;

    expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...file, more: 1 })).toBe(false);
  });

  it.each([
    ['a decision', '"decision":"keep"', '"decision":"revoke"', /:\d+ \/seal: the decisions were changed/],
    ['a reason', '"reason":"left"', '"reason":"gone"', /\/seal: /],
    [
      'a holding',
      '"entitlement":"role:Editor:assigned","held"',
      '"entitlement":"role:Admin:assigned","held"',
      /:\d+ \/review: the holdings are not those of the review/,
    ],
    ['a name', '"name":"Ada \\"7\\"\\n"', '"name":"Bob"', /\/review: /],
    ['its reviewer', '"reviewer": "r@x"', '"reviewer": "other@x"', /\/review: /],
    ['its project', '"projectId": "P1"', '"projectId": "P2"', /\/review: /],
    ['its scope', '"kind": "all"', '"kind": "tenant"', /\/review: /],
    ['when it was saved', '2026-12-01', '2026-12-02', /\/seal: /],
  ])('is refused where %s was changed, with line and pointer', async (_what, from, to, told) => {
    const text = await written();
    expect(text).toContain(from);

    expect(() => readDecisions('d.json', text.replace(from, to))).toThrow(told);
  });

  it('is refused with the line of each fault', async () => {
    const text = await written();
    const wrong = text.replace('"decision":"keep"', '"decision":"drop"').replace('"id":"U9"', '"id":9');

    expect(() => readDecisions('d.json', wrong)).toThrow(
      new RegExp(
        `d\\.json:${lineOfRow(text, 5)} /rows/5/decision: .*\\nd\\.json:${lineOfRow(text, 9)} /rows/9/principal/id: `,
      ),
    );
  });

  it.each([
    ['a row is missing', (text: string) => text.replace(/\n {4}\{"principal":.*"U9".*/, '')],
    ['a row came twice', (text: string) => text.replace(/(\n {4}\{"principal":.*"U9".*)/, '$1$1')],
  ])('is refused where %s', async (_what, change) => {
    const text = await written();

    expect(() => readDecisions('d.json', change(text))).toThrow(
      /\/rows: there are \d+ holdings, and the review has 40/,
    );
  });

  it.each([
    ['', 'd.json is no JSON'],
    ['{"format": ', 'd.json'],
    ['[]', 'd.json'],
    ['{}', 'd.json /format: '],
  ])('is told from anything else: %j', (text, told) => {
    expect(() => readDecisions('d.json', text)).toThrow(told);
  });
});
