import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProject } from '../../src/emulator/project.ts';
import { createPermutation, scramble, unscramble } from '../../src/emulator/random.ts';
import { roles } from '../../src/emulator/roles.ts';
import { tenants } from '../../src/emulator/tenants.ts';
import { createUserJson } from '../../src/emulator/users/json.ts';
import { createPopulation } from '../../src/emulator/users/population.ts';
import { toUserRecord } from '../../src/emulator/users/records.ts';
import type { UserRecord } from '../../src/emulator/users/records.ts';
import { createSampleUsers } from '../../src/emulator/users/sample.ts';
import { toWireUser } from '../../src/emulator/users/wire.ts';

const size = 80;

const change = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), time: fc.integer({ min: 0, max: 100 }), test: fc.boolean() }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('move' as const), at: fc.nat(), time: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('flag' as const), at: fc.nat() }),
);

describe('the population', () => {
  it('keeps every order complete through any mix of additions, deletions and moves', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), fc.boolean(), (changes, withTest) => {
        const source = createSampleUsers(size, 3);
        const population = createPopulation(source);
        const model = new Map(Array.from({ length: size }, (_, at) => [source.at(at).userId, source.at(at)]));
        const timeOf = (percent: number): number =>
          source.createdTimeAt(0) +
          Math.floor(((source.createdTimeAt(size - 1) - source.createdTimeAt(0)) * percent) / 100);
        const save = (record: UserRecord): void => {
          population.put(record);
          model.set(record.userId, record);
        };

        for (const [step, one] of changes.entries()) {
          // The views exist before the change, so that they must be kept in step with it.
          population.order({ by: 'created', withTest, key: 9 });
          population.order({ by: 'hashed', withTest, key: 9 });
          const chosen = 'at' in one ? [...model.values()].at(one.at % Math.max(1, model.size)) : undefined;
          if (one.kind === 'add') save(toUserRecord({ test: one.test }, `added-${step}`, timeOf(one.time)));
          if (one.kind === 'move' && chosen) save({ ...chosen, createdTime: timeOf(one.time) });
          if (one.kind === 'flag' && chosen) save({ ...chosen, test: !chosen.test });
          if (one.kind === 'delete' && chosen) {
            population.remove(chosen.userId);
            model.delete(chosen.userId);
          }
        }

        const expected = [...model.values()].filter((record) => withTest || !record.test);
        const created = population.order({ by: 'created', withTest, key: 9 });
        const hashed = population.order({ by: 'hashed', withTest, key: 9 });
        const rows = created.slice(0, created.size).map((ref) => population.get(ref));
        const times = rows.map((record) => record.createdTime);
        expect(rows.map((record) => record.userId).toSorted()).toEqual(expected.map((one) => one.userId).toSorted());
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(hashed.slice(0, hashed.size))).toEqual(new Set(created.slice(0, created.size)));
        expect(hashed.size).toBe(created.size);
        for (let start = 0; start <= created.size; start += 7) {
          expect(created.slice(start, start + 7)).toEqual(created.slice(0, created.size).slice(start, start + 7));
          expect(hashed.slice(start, start + 7)).toEqual(hashed.slice(0, hashed.size).slice(start, start + 7));
        }
        for (const percent of [0, 33, 50, 100]) {
          const earlier = expected.filter((record) => record.createdTime < timeOf(percent));
          expect(population.createdRank(created, timeOf(percent))).toBe(earlier.length);
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('applies a change of all users to those never touched, and not to grants made afterwards', () => {
    const source = createSampleUsers(size, 3);
    const population = createPopulation(source);

    population.transformAll((record) => ({ ...record, roleNames: [] }));
    population.put({ ...population.get(5), roleNames: ['Editor'] });

    expect(population.get(5).roleNames).toEqual(['Editor']);
    expect(population.get(6).roleNames).toEqual([]);
  });
});

describe('rendering', () => {
  it.each(['direct', 'inherited-too'] as const)(
    'writes exactly what JSON.stringify would, memberships %s',
    (userTenants) => {
      const project = createProject({
        projectId: 'P2',
        users: 0,
        seed: 1,
        project: undefined,
        switches: {},
        now: () => 0,
      });
      const names = { tenants: project.stateOf(tenants), roles: project.stateOf(roles), switches: { userTenants } };
      const json = createUserJson(names);
      const source = createSampleUsers(1200, 1);
      const odd = [
        { name: 'quote " backslash \\ newline \n nul \u0000 emoji 🚀 lone \uD800' },
        { loginIds: ['a', 'ü'], extra: { novel: [1], status: null } },
        { createdTime: Number.NaN },
      ].map((seed) => toUserRecord(seed, 'U1', 1));

      for (const record of [...Array.from({ length: 1200 }, (_, at) => source.at(at)), ...odd]) {
        expect(json.render(record)).toBe(JSON.stringify(toWireUser(record, names)));
      }
    },
  );
});

describe('scrambling', () => {
  it('is undone by its inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(), (value, key) => {
        expect(unscramble(scramble(value, key), key)).toBe(value);
      }),
    );
  });

  it('reorders any number of rows one to one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (count, key) => {
        const permutation = createPermutation(count, key);
        const values = Array.from({ length: count }, (_, position) => permutation.valueAt(position));

        expect(new Set(values).size).toBe(count);
        expect(values.every((value, position) => permutation.positionOf(value) === position)).toBe(true);
      }),
    );
  });
});
