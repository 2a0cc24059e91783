import { identity, type JsonObject, names, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** A project of the company, with only the fields we use. */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** `production`, or empty. */
  readonly environment: string;
  /** By which roles of the console are given, too. */
  readonly tags: readonly string[];
}

function decodeProject(project: JsonObject): Project {
  return {
    id: identity(project, 'id'),
    name: text(project, 'name'),
    environment: text(project, 'environment'),
    tags: names(project, 'tags'),
  };
}

/** Every project of the company; only a key of the company may ask. */
export const projectList: WholeList<Project> = {
  what: 'projects',
  endpoint: {
    method: 'POST',
    path: '/v1/mgmt/projects/list',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
    isOfCompany: true,
    includedBy: 'console',
  },
  body: {},
  key: 'projects',
  decode: decodeProject,
  nameOf: (row) => named('project', row['id']),
  identityOf: ({ id }) => id,
};
