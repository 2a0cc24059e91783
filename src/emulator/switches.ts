// Open questions about the real service, each answered both ways. Defaults follow the better-supported reading;
// docs/emulator.md says for every switch whether the default is documented, seen, inferred or invented.

type SwitchValue = string | number;

interface Choice<T extends string> {
  readonly default: T;
  readonly choices: readonly T[];
}

interface Amount {
  readonly default: number;
  readonly from: number;
  readonly to: number;
}

interface Text {
  readonly default: string;
  readonly check: (value: string) => string | undefined;
}

const choice = <const T extends string>(...choices: readonly [T, ...T[]]): Choice<T> => ({
  default: choices[0],
  choices,
});
const amount = (value: number, from: number, to: number): Amount => ({ default: value, from, to });

export const switchTable = {
  maxLimit: amount(100, 1, 100_000),
  overMaxLimit: choice('clamp', 'reject'),
  offset: choice('supported', 'unknown-field'),
  sort: choice('supported', 'unknown-field', 'ignored'),
  createdTimeFilter: choice('supported', 'unknown-field', 'ignored', 'hides-invited'),
  unknownFields: choice('reject', 'accept'),
  defaultOrder: choice('hashed', 'shuffled'),
  tieOrder: choice('stable', 'shuffled'),
  total: choice('exact', 'constant', 'growing', 'oscillating', 'page-length', 'zero'),
  totalDrift: amount(1, -1_000_000, 1_000_000),
  searchLagSeconds: amount(0, 0, 86_400),
  searchLagReads: amount(0, 0, 1_000_000),
  loadLagSeconds: amount(0, 0, 86_400),
  loadLagReads: amount(0, 0, 1_000_000),
  v1RoleAddNonMember: choice('reject', 'join'),
  v2RoleAddNonMember: choice('join', 'reject'),
  repeatedChange: choice('accept', 'reject'),
  removeDanglingRole: choice('accept', 'reject'),
  unknownRoleStatus: amount(400, 400, 499),
  unknownTenantStatus: amount(400, 400, 499),
  unknownUserStatus: amount(404, 400, 499),
  roleCollision: choice('tenant', 'project'),
  roleNamesFilter: choice('anywhere', 'project-wide'),
  severalRoles: choice('atomic', 'partial'),
  defaultRoles: choice('off', 'on'),
  roleDeletion: choice('vanish', 'dangle'),
  tenantDeletion: choice('vanish', 'dangle'),
  createdStatus: choice('invited', 'as-given'),
  wrapping: choice('bare', 'wrapped'),
  objectIds: choice('present', 'absent'),
  badBearerStatus: amount(401, 400, 499),
  loginIdIsolation: choice('off', 'on'),
  contactCollision: choice('merge', 'always-merge', 'conflict'),
  dateHeader: choice('on', 'off'),
  clockSkewSeconds: amount(0, -1_000_000_000, 1_000_000_000),
  rateLimit: { default: 'off', check: (value) => checkRateLimit(value) } satisfies Text,
  rateLimitBody: choice('json', 'html'),
} as const;

type SwitchTable = typeof switchTable;

export type Switches = {
  readonly [Name in keyof SwitchTable]: SwitchTable[Name] extends { choices: readonly (infer T)[] }
    ? T
    : SwitchTable[Name]['default'] extends number
      ? number
      : string;
};

export const defaultSwitches: Switches = withDefaults({});

export function withDefaults(given: Partial<Switches>): Switches {
  const defaults = Object.fromEntries(Object.entries(switchTable).map(([name, entry]) => [name, entry.default]));
  // The table is the definition of Switches: its names and its defaults are complete by construction.
  return { ...(defaults as unknown as Switches), ...given };
}

/** Reads `name=value` pairs as the command line gives them. Throws one line naming the pair at fault. */
export function parseSwitches(pairs: readonly string[]): Partial<Switches> {
  const parsed: Record<string, SwitchValue> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`emulator switch "${pair}": expected name=value`);
    const name = pair.slice(0, at);
    parsed[name] = parseValue(name, pair.slice(at + 1));
  }
  return parsed;
}

function parseValue(name: string, text: string): SwitchValue {
  if (!isSwitchName(name)) {
    throw new Error(`emulator switch "${name}" is unknown; known are ${Object.keys(switchTable).join(', ')}`);
  }
  const entry: Choice<string> | Amount | Text = switchTable[name];
  if ('choices' in entry) {
    if (entry.choices.includes(text)) return text;
    throw new Error(`emulator switch ${name}: "${text}" is not one of ${entry.choices.join(', ')}`);
  }
  if ('check' in entry) {
    const problem = entry.check(text);
    if (problem === undefined) return text;
    throw new Error(`emulator switch ${name}: ${problem}`);
  }
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= entry.from && value <= entry.to) return value;
  throw new Error(`emulator switch ${name}: "${text}" is not a whole number from ${entry.from} to ${entry.to}`);
}

function isSwitchName(name: string): name is keyof Switches {
  return Object.hasOwn(switchTable, name);
}

function checkRateLimit(value: string): string | undefined {
  if (value === 'off' || value === 'documented') return undefined;
  const bad = value.split(',').find((part) => !/^(create|update|search|user|general):\d+\/\d+(\/\d+)?$/.test(part));
  if (bad === undefined) return undefined;
  return `"${bad}" is not off, documented or <create|update|search|user|general>:<limit>/<window s>[/<penalty s>],…`;
}
