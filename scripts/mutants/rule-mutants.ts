import { parametersOf } from '../../src/checks/check.ts';
import { lacksOf } from '../../src/checks/needs.ts';
import type { Found } from '../../src/checks/found.ts';
import type { Rule } from '../../src/checks/rule.ts';
import { createWorld, type World } from '../../src/checks/world.ts';
import type { FileIndex } from '../../src/answers/file-index.ts';

// Faults in the queries and parameters of the rules of `check`. A rule is mostly one text of SQL, so its mutants are made of the text, and
// planted in the world that the rule is given: no copy of the source, and no process for each.

/** What is put in the place of what, wherever it stands. */
const swaps: readonly (readonly [find: RegExp, put: string])[] = [
  [/(?<=[^<>!]) = /g, ' <> '],
  [/ <> /g, ' = '],
  [/ < /g, ' <= '],
  [/ > /g, ' >= '],
  [/ < /g, ' > '],
  [/ > /g, ' < '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/\bnot exists\b/g, 'exists'],
  [/(?<!not )\bexists\b/g, 'not exists'],
  [/\bnot in\b/g, 'in'],
  [/(?<!not )\bin \(/g, 'not in ('],
  [/\bis null\b/g, 'is not null'],
  [/ and /g, ' or '],
  [/ or /g, ' and '],
  [/\blower\(/g, '('],
  [/count\(distinct /g, 'count('],
  [/\bhaving /g, 'having not '],
  [/\b86_?400\b/g, '0'],
];

/** One fault: in the query that comes so many-th, or in a parameter. */
export interface RuleMutant {
  readonly name: string;
  readonly query?: { readonly place: number; readonly sql: string };
  readonly values?: Readonly<Record<string, number>>;
}

/** A rule with what a case gives it. */
export interface RuleTrial {
  readonly index: FileIndex;
  readonly values: Readonly<Record<string, number | readonly string[]>>;
}

/** What a rule finds, as texts; a mutant that SQLite refuses is found at once. */
export function findingsWith(rule: Rule, { index, values }: RuleTrial, mutant?: RuleMutant): string {
  if (lacksOf(rule.needs, index) !== undefined) {
    return 'not evaluated';
  }
  try {
    const seen: string[] = [];
    const world = worldWith(createWorld(index), seen, mutant);
    return Array.from(rule.evaluate(world, parametersOf(rule, { ...values, ...mutant?.values })), inWords).join('\n');
  } catch (thrown) {
    return `refused: ${String(thrown)}`;
  }
}

/** Every mutant of a rule: of the queries that its trials show, and of its parameters. */
export function mutantsOf(rule: Rule, trials: readonly RuleTrial[]): RuleMutant[] {
  const queries = trials.flatMap(({ index, values }) => {
    const seen: string[] = [];
    if (lacksOf(rule.needs, index) === undefined) {
      Array.from(rule.evaluate(worldWith(createWorld(index), seen), parametersOf(rule, values)));
    }
    return seen.map((sql, place) => ({ sql, place }));
  });
  const different = queries.filter((one, at) => queries.findIndex((other) => other.sql === one.sql) === at);
  const ofQueries = different.flatMap(({ sql, place }) =>
    swaps.flatMap(([find, put]) =>
      Array.from(sql.matchAll(find), ({ index, 0: found }): RuleMutant => ({
        name: `${rule.id}: \`${around(sql, index, found)}\` made \`${put.trim()}\``,
        query: { place, sql: `${sql.slice(0, index)}${put}${sql.slice(index + found.length)}` },
      })),
    ),
  );
  const ofParameters = Object.entries(rule.parameters ?? {}).flatMap(([name, { default: usual }]) =>
    typeof usual === 'number'
      ? [-1, 1].map((by): RuleMutant => ({ name: `${rule.id}: ${name} by ${by}`, values: { [name]: usual + by } }))
      : [],
  );
  return [...ofQueries, ...ofParameters];
}

function around(sql: string, index: number, found: string): string {
  return sql
    .slice(Math.max(0, index - 30), index + found.length + 24)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A world that notes the queries, and puts another one in the place of one of them. */
function worldWith(world: World, seen: string[], mutant?: RuleMutant): World {
  const through = (sql: string): string => {
    const place = seen.push(sql) - 1;
    return mutant?.query?.place === place ? mutant.query.sql : sql;
  };
  return {
    ...world,
    rows: (sql, ...values) => world.rows(through(sql), ...values),
    told: (sql, detail, ...values) => world.told(through(sql), detail, ...values),
    found: (sql, ...values) => world.found(through(sql), ...values),
  };
}

function inWords({ type, id, name, tenant, about, detail }: Found): string {
  return [type, id, name, tenant, about, detail].join('|');
}

/** Mutants that change nothing that a rule could find in a file of a sync, and why. */
export const equivalentMutants: ReadonlyMap<string, string> = new Map([
  [
    "shared-email: `?)) group by 1 having count(*) > 1) select 'user'` made `>=`",
    'only addresses come so far of which 64 bits of a hash were seen twice',
  ],
  [
    'tenant-without-admin: `i join privileged p on p.thing = i.thing join t` made `<>`',
    'what flows is privileged above as well as below: there is always another privileged thing, the source',
  ],
  [
    'inherited-admin: `ant, s.id about, s.name held, count(distinct t.tenant) heirs,` made `count(`',
    'a source flows into one thing of each tenant',
  ],
  [
    "inherited-admin: `inct t.tenant) heirs, count(distinct iif(i.certainty = 'deriv` made `count(`",
    'a source flows into one thing of each tenant',
  ],
  [
    "twin-roles: `ross join confers c on c.thing = r.n where r.kind = 'role` made `<>`",
    'each list is repeated as often as there are other roles, so that equal lists stay equal',
  ],
  [
    "certificate-expired: `epoch(j.value ->> 'not_after') < ?1 and not exists` made `<=`",
    'a certificate that ends in the second of the sync is itself one that is still good',
  ],
]);

/** The mutants of a rule that none of its trials notices; `isTaken` picks a share of them by their places. */
export function survivorsOf(rule: Rule, trials: readonly RuleTrial[], isTaken: (place: number) => boolean): string[] {
  const right = trials.map((trial) => findingsWith(rule, trial));
  return mutantsOf(rule, trials)
    .filter((_, place) => isTaken(place))
    .filter((mutant) => trials.every((trial, at) => findingsWith(rule, trial, mutant) === right[at]))
    .map(({ name }) => name);
}
