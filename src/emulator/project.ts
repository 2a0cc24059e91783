import { createApi } from './api.ts';
import type { Api } from './api.ts';
import { audit } from './audit/audit.ts';
import { companyKeyId, projectKeyId } from './console/management-key-records.ts';
import type { Endpoints } from './endpoint.ts';
import { families, sampleProject } from './families.ts';
import type { ProjectSeed } from './families.ts';
import type { FamilyHost, FamilyPart, StateSource } from './family.ts';
import { createProjectState } from './project-state.ts';
import type { HookedState } from './project-state.ts';
import { withDefaults } from './switches.ts';
import type { Switches } from './switches.ts';

export interface ProjectOptions {
  readonly projectId: string;
  readonly users: number | undefined;
  readonly seed: number;
  /** Undefined starts with the sample company. */
  readonly project: ProjectSeed | undefined;
  readonly switches: Partial<Switches>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A project without HTTP: its answers to requests, and its state as tests read and change it. */
export interface Project extends HookedState {
  readonly switches: Switches;
  readonly api: Api;
  readonly stateOf: <State>(family: StateSource<State>) => State;
}

/** A family with its types left out, so that all families are created alike. */
interface AnyFamily {
  readonly name: string;
  create(host: FamilyHost, options: never): FamilyPart<unknown, object>;
}

/** Who changes the state of a project without a request: somebody at the console. */
const consoleActorId = 'U2EmulatorAdministrator00000';

export function createProject(options: ProjectOptions): Project {
  const { projectId, seed, now } = options;
  const switches = withDefaults(options.switches);
  const seeds: ProjectSeed = options.project ?? sampleProject();
  const parts = new Map<string, FamilyPart<unknown, object>>();

  const partOf = (family: AnyFamily): FamilyPart<unknown, object> => {
    const known = parts.get(family.name);
    if (known) return known;
    // The list and the switches of a family are found by its name: ProjectSeed and Switches are derived from the
    // families.
    const own = { seeds: seeds[family.name as keyof ProjectSeed], switches } as never;
    const made = family.create(host, own);
    parts.set(family.name, made);
    return made;
  };
  // A part is made by the create of its family.
  const stateOf = <State>(family: StateSource<State>): State => partOf(family as AnyFamily).state as State;
  let actorId = consoleActorId;
  const host: FamilyHost = {
    seed,
    switches,
    projectId,
    actorId: () => actorId,
    userCount: options.users ?? (options.project ? 0 : 1200),
    now,
    nowSeconds: () => Math.floor(now() / 1000),
    stateOf,
  };

  const all = families.map((family) => partOf(family));
  const endpoints: Endpoints = Object.assign({}, ...all.map((part) => part.endpoints));
  stateOf(audit).begin();
  const api = createApi(endpoints, switches, now);
  return {
    switches,
    api: {
      answer(request, key) {
        actorId = key?.scope === 'company' ? companyKeyId : projectKeyId;
        const answer = api.answer(request, key);
        actorId = consoleActorId;
        return answer;
      },
    },
    stateOf,
    ...createProjectState(all.map((part) => part.controls)),
  };
}
