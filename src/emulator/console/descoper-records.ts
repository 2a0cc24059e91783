import type { FamilyHost } from '../family.ts';
import { secretCanary } from '../sso/sample.ts';
import { adaLovelace } from '../users/sample.ts';
import { projectIdOf, thisProject } from './projects.ts';

/** What an administrator may do: exactly one of the three. */
export interface DescoperRights {
  readonly isCompanyAdmin: boolean;
  readonly tags: readonly { readonly tags: readonly string[]; readonly role: string }[];
  readonly projects: readonly { readonly projectIds: readonly string[]; readonly role: string }[];
}

/** An administrator of the console, as stored. */
export interface Descoper {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly rbac: DescoperRights;
  /** `enabled`, `invited` or `disabled`. */
  readonly status: string;
  readonly loginIds: readonly string[];
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about an administrator; the rest is filled in. */
export interface DescoperSeed extends Partial<Omit<Descoper, 'rbac'>> {
  readonly rbac?: Partial<DescoperRights>;
}

export function toDescoper({ rbac, ...seed }: DescoperSeed, newId: string, host: FamilyHost): Descoper {
  const id = seed.id ?? newId;
  const { isCompanyAdmin = false, tags = [], projects = [] } = rbac ?? {};
  return {
    attributes: {},
    status: 'enabled',
    loginIds: [],
    extra: {},
    ...seed,
    id,
    rbac: {
      isCompanyAdmin,
      tags,
      projects: projects.map(({ projectIds, role }) => ({
        projectIds: projectIds.map((projectId) => projectIdOf(projectId, host)),
        role,
      })),
    },
  };
}

const person = (id: string, displayName: string, email: string, rest: DescoperSeed): DescoperSeed => ({
  id,
  attributes: { displayName, email, phone: '' },
  loginIds: [email],
  ...rest,
});

const staging = 'P2EmulatorStaging00000000000';
const sandbox = 'P2EmulatorSandbox00000000000';
const retired = 'P2EmulatorRetired00000000000';

/** Every role, by projects and by tags, an admin of the company, and what names nothing. */
export const descoperSample: readonly DescoperSeed[] = [
  person('D2GraceHopper', 'Grace Hopper', 'grace@emulator.example', { rbac: { isCompanyAdmin: true } }),
  // She is a user of the project, too, with the same address.
  person('D2AdaLovelace', 'Ada Lovelace', adaLovelace.loginId, {
    rbac: { projects: [{ projectIds: [thisProject], role: 'admin' }] },
  }),
  person('D2EdsgerDijkstra', 'Edsger Dijkstra', 'edsger@emulator.example', {
    rbac: {
      projects: [
        { projectIds: [thisProject, staging], role: 'developer' },
        { projectIds: [sandbox], role: 'admin' },
      ],
    },
  }),
  person('D2KatherineJohnson', 'Katherine Johnson', 'katherine@emulator.example', {
    rbac: { tags: [{ tags: ['production'], role: 'support' }] },
  }),
  person('D2AlanTuring', 'Alan / "Turing"', 'alan@emulator.example', {
    rbac: { tags: [{ tags: ['emea', 'retired'], role: 'auditor' }] },
  }),
  person('D2MaryJackson', 'Mary Jackson', 'mary@emulator.example', {
    status: 'invited',
    rbac: { projects: [{ projectIds: [retired], role: 'auditor' }] },
  }),
  person('D2DonaldKnuth', 'Donald Knuth', 'donald@emulator.example', {
    status: 'disabled',
    rbac: { isCompanyAdmin: true },
    extra: { token: secretCanary },
  }),
  person('D2BarbaraLiskov', 'Barbara Liskov', 'barbara@emulator.example', {
    rbac: { projects: [{ projectIds: [thisProject], role: 'a role of the future' }] },
  }),
];
