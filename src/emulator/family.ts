import type { Endpoints } from './endpoint.ts';
import type { GeneralSwitches } from './general-switches.ts';
import type { SwitchTable, SwitchValues } from './switch-table.ts';

/**
 * One family of the stand-in: its records, endpoints, switches and share of the sample company. A family is one module
 * (or one folder) and one entry in `families.ts`, from which the API, the seeds, the switches and the state that tests
 * see are derived.
 */
export interface Family<Name extends string, Seed, State, Controls extends object, Table extends SwitchTable> {
  /** Names the list of its seeds in a `ProjectSeed`. */
  readonly name: Name;
  readonly switches: Table;
  /** Its records in the sample company; undefined for a family that keeps no list or generates it. */
  readonly sample: readonly Seed[] | undefined;
  create(host: FamilyHost, options: FamilyOptions<Seed, Table>): FamilyPart<State, Controls>;
}

export interface FamilyOptions<Seed, Table extends SwitchTable> {
  /** The records to start with; undefined when the project lists none of this family. */
  readonly seeds: readonly Seed[] | undefined;
  readonly switches: SwitchValues<Table>;
}

/** What a family adds to a project. */
export interface FamilyPart<State, Controls extends object> {
  /** What other families may ask of it, by `stateOf`. */
  readonly state: State;
  readonly endpoints: Endpoints;
  /** What it adds to `ProjectState`, for tests. */
  readonly controls: Controls;
}

/** What a project gives to its families. */
export interface FamilyHost {
  /** Whatever is generated follows from this number. */
  readonly seed: number;
  readonly switches: GeneralSwitches;
  /** The id of the project that the stand-in plays. */
  readonly projectId: string;
  /** Who does what is done now: the id of the key that a request came with, or else an administrator. */
  readonly actorId: () => string;
  /** How many users to generate when the project lists none. */
  readonly userCount: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly nowSeconds: () => number;
  /**
   * The state of another family. Families are created when first asked for, so they must not need each other in a
   * circle.
   */
  readonly stateOf: <State>(family: StateSource<State>) => State;
}

/** A family as the key of its state, whatever its other types are. */
export interface StateSource<State> {
  readonly name: string;
  readonly create: (...args: never) => { readonly state: State };
}

/** Returns its argument: infers the types of a family. */
export function defineFamily<
  const Name extends string,
  Seed,
  State,
  Controls extends object,
  Table extends SwitchTable,
>(family: Family<Name, Seed, State, Controls, Table>): Family<Name, Seed, State, Controls, Table> {
  return family;
}

/** Created time of the sample's first objects, and of listed users that state none. */
export const projectCreated = Date.UTC(2022, 0, 3, 8) / 1000;
