import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { companyEndpoints, companySwitches } from './company-endpoint.ts';

/** A project of the company. */
export interface Project {
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  /** `production`, or empty. */
  readonly environment: string;
  readonly tags: readonly string[];
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

export type ProjectRecordSeed = Partial<Project> & Pick<Project, 'id'>;

/** Stands in seeds for the id of the project that the stand-in plays. */
export const thisProject = 'this project';

/** The project of that id, or the one that the stand-in plays. */
export const projectIdOf = (id: string, host: FamilyHost): string => (id === thisProject ? host.projectId : id);

const sample: readonly ProjectRecordSeed[] = [
  { id: thisProject, name: 'Emulator', environment: 'production', tags: ['production', 'emea'] },
  { id: 'P2EmulatorStaging00000000000', name: 'Emulator (staging)', tags: ['emea'] },
  { id: 'P2EmulatorSandbox00000000000', name: 'Sandbox / "100%"' },
];

/** The projects of the company. The one that the stand-in plays is always among them. */
export const projects = defineFamily({
  name: 'projects',
  switches: companySwitches,
  sample,
  create(host, { seeds = [], switches }) {
    const byId = new Map<string, Project>();
    const put = (seed: ProjectRecordSeed): Project => {
      const id = projectIdOf(seed.id, host);
      const project: Project = { name: id, tag: '', environment: '', tags: [], extra: {}, ...seed, id };
      byId.set(id, project);
      return project;
    };
    put({ id: thisProject });
    for (const seed of seeds) put(seed);
    const forCompany = companyEndpoints(switches);

    return {
      state: undefined,
      endpoints: {
        'POST /v1/mgmt/projects/list': forCompany([], { projects: [] }, () => ({
          json: { projects: [...byId.values()].map((project) => wire(project)) },
        })),
      },
      controls: {
        projects: (): readonly Project[] => [...byId.values()],
        /** Adds a project, or changes the one with this id. */
        putProject: (seed: ProjectRecordSeed) => put({ ...byId.get(projectIdOf(seed.id, host)), ...seed }),
        deleteProject: (id: string) => byId.delete(id),
      },
    };
  },
});

const wire = ({ extra, ...fields }: Project): Record<string, unknown> => ({ ...fields, ...extra });
