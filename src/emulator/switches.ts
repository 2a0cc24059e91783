import { families } from './families.ts';
import type { Families, Intersection } from './families.ts';
import { generalSwitches } from './general-switches.ts';
import type { GeneralSwitches } from './general-switches.ts';
import type { SwitchTable, SwitchValues } from './switch-table.ts';

// docs/emulator.md has a row for every switch: what it decides, and how sure we are of the default.

type SwitchesOf<One> = One extends { readonly switches: infer Table extends SwitchTable }
  ? keyof Table extends never
    ? never
    : SwitchValues<Table>
  : never;

/** The values of all switches, of every family. */
export type Switches = GeneralSwitches & Intersection<SwitchesOf<Families[number]>>;

export const switchTable: SwitchTable = Object.assign({}, ...families.map((one) => one.switches), generalSwitches);

export const defaultSwitches: Switches = withDefaults({});

export function withDefaults(given: Partial<Switches>): Switches {
  const defaults = Object.fromEntries(Object.entries(switchTable).map(([name, entry]) => [name, entry.default]));
  // The tables are the definition of Switches: its names and its defaults are complete by construction.
  return { ...(defaults as unknown as Switches), ...given };
}

/** Reads `name=value` pairs as the command line gives them. Throws one line that names the pair at fault. */
export function parseSwitches(pairs: readonly string[]): Partial<Switches> {
  const parsed: Record<string, string | number> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`emulator switch "${pair}": expected name=value`);
    const name = pair.slice(0, at);
    parsed[name] = parseValue(name, pair.slice(at + 1));
  }
  return parsed;
}

function parseValue(name: string, given: string): string | number {
  const entry = Object.hasOwn(switchTable, name) ? switchTable[name] : undefined;
  if (!entry) {
    throw new Error(`emulator switch "${name}" is unknown; known are ${Object.keys(switchTable).join(', ')}`);
  }
  if ('choices' in entry) {
    if (entry.choices.includes(given)) return given;
    throw new Error(`emulator switch ${name}: "${given}" is not one of ${entry.choices.join(', ')}`);
  }
  if ('check' in entry) {
    const problem = entry.check(given);
    if (problem === undefined) return given;
    throw new Error(`emulator switch ${name}: ${problem}`);
  }
  const value = Number(given);
  if (/^-?\d+$/.test(given) && value >= entry.from && value <= entry.to) return value;
  throw new Error(`emulator switch ${name}: "${given}" is not a whole number from ${entry.from} to ${entry.to}`);
}
