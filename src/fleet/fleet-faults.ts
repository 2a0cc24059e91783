import { resolve } from 'node:path';
import { fileKey } from '../config/file-keys.ts';
import { settings } from '../config/settings.ts';
import { orMeant, shownPath, type YamlPath, type YamlProblem } from '../config/yaml-schema.ts';
import { ConnectorError } from '../errors.ts';
import { isLoopbackHost } from '../loopback.ts';
import { isStore } from '../output/outputs.ts';
import { printable } from '../printable.ts';
import { listedTypes } from '../registry.ts';
import { shownStore } from '../store-url.ts';
import { type FleetFile, fleetSchema, type ProjectEntry, projectSettings } from './schema.ts';

/** What only the command line knows how to check: each throws what is wrong. */
export interface AddressChecks {
  readonly projectId: (text: string) => string;
  readonly baseUrl: (text: string) => string;
}

/** What people call a project. */
export function nameOf({ name, id }: Pick<ProjectEntry, 'name' | 'id'>): string {
  return name ?? id;
}

const namesOfProject = Object.keys(fleetSchema.shape.projects.element.shape);

/** What to say of a name that is not known at its place. */
export function unknownName(above: YamlPath, name: string): string | undefined {
  const last = above.at(-1);
  const known =
    last === undefined
      ? Object.keys(fleetSchema.shape)
      : last === 'settings'
        ? projectSettings.map((one) => fileKey(settings[one]))
        : typeof last === 'number' || last === 'defaults'
          ? namesOfProject
          : [];
  return `there is nothing of this name here${orMeant(name, known)}`;
}

/** What the form of a fleet does not show: what comes twice, is missing, or does not go together. */
export function misfits(file: FleetFile, checks: AddressChecks): readonly YamlProblem[] {
  return [
    ...twice(file),
    ...missing(file),
    ...misfitsAt(['defaults'], file.defaults, checks),
    ...file.projects.flatMap((entry, place) => [
      ...refused(['projects', place, 'id'], () => checks.projectId(entry.id)),
      ...misfitsAt(['projects', place], entry, checks),
    ]),
  ];
}

/** Ids, names and folders that two projects share. */
function twice({ projects, defaults }: FleetFile): readonly YamlProblem[] {
  const filled = (text: string, entry: ProjectEntry): string =>
    text.replaceAll('{name}', nameOf(entry)).replaceAll('{id}', entry.id);
  const folderOf = (entry: ProjectEntry): string =>
    resolve('/', filled(entry.outputs?.folder ?? defaults.outputs?.folder ?? 'syncs/{name}', entry));
  const placeInS3 = (entry: ProjectEntry): string | undefined => {
    const { bucket, prefix = '{name}', endpoint = '' } = { ...defaults.outputs?.s3, ...entry.outputs?.s3 };
    return bucket === undefined ? undefined : `${endpoint} ${bucket} ${filled(prefix, entry)}`;
  };
  const repeats = (
    what: string,
    key: 'id' | 'name' | 'outputs',
    valueOf: (entry: ProjectEntry) => string | undefined,
  ): YamlProblem[] => {
    const first = new Map<string, number>();
    return projects.flatMap((entry, place) => {
      const value = valueOf(entry);
      if (value === undefined) {
        return [];
      }
      const before = first.get(value);
      if (before === undefined) {
        first.set(value, place);
        return [];
      }
      const at: YamlPath = ['projects', place, key];
      return [{ at, text: `${shownPath(at)}: projects.${before} has this ${what}` }];
    });
  };
  return [
    ...repeats('id already', 'id', ({ id }) => id),
    ...repeats('name already', 'name', nameOf),
    ...projects.flatMap(({ name }, place) => {
      const other = projects.findIndex(({ id }, one) => id === name && one !== place);
      const at: YamlPath = ['projects', place, 'name'];
      return other < 0 ? [] : [{ at, text: `${shownPath(at)}: is the id of projects.${other}: commands take both` }];
    }),
    ...repeats('folder already, and each would write over the other', 'outputs', folderOf),
    ...repeats('place in S3 already, and each would write over the other', 'outputs', placeInS3),
  ];
}

/** Projects without a key, and groups that are not there. */
function missing({ projects, defaults, groups }: FleetFile): readonly YamlProblem[] {
  const unknownGroup = (at: YamlPath, group: string | undefined): YamlProblem[] =>
    group === undefined || Object.hasOwn(groups, group)
      ? []
      : [{ at, text: `${shownPath(at)}: groups has no ${printable(group)}${orMeant(group, Object.keys(groups))}` }];
  const noBucket = (place: number, entry: ProjectEntry): YamlProblem[] => {
    const s3 = { ...defaults.outputs?.s3, ...entry.outputs?.s3 };
    const at: YamlPath = ['projects', place, ...(entry.outputs?.s3 === undefined ? [] : ['outputs', 's3'])];
    return Object.keys(s3).length === 0 || s3.bucket !== undefined
      ? []
      : [{ at, text: `projects.${place}: outputs.s3 names no bucket, here or in defaults` }];
  };
  return [
    ...unknownGroup(['defaults', 'group'], defaults.group),
    ...projects.flatMap((entry, place) => noBucket(place, entry)),
    ...projects.flatMap(({ key, group }, place) => [
      ...(key === undefined && defaults.key === undefined
        ? [
            {
              at: ['projects', place],
              text: `projects.${place}: has no key: say key: {file: ...}, {env: ...} or {command: [...]}, here or in defaults`,
            },
          ]
        : []),
      ...unknownGroup(['projects', place, 'group'], group),
    ]),
  ];
}

/** What is wrong with the values of a project, or of `defaults`. */
function misfitsAt(at: YamlPath, entry: FleetFile['defaults'], checks: AddressChecks): readonly YamlProblem[] {
  const { outputs: { history, s3: { endpoint } = {} } = {}, include, webhooks = [], 'base-url': baseUrl } = entry;
  return [
    ...(endpoint === undefined
      ? []
      : refused([...at, 'outputs', 's3', 'endpoint'], () => plainAddress(endpoint, 'https://s3.example.com'))),
    ...webhooks.flatMap(({ url }, place) =>
      refused([...at, 'webhooks', place, 'url'], () => safeAddress(url, 'https://hooks.example.com/descope')),
    ),
    ...webhooks.flatMap(({ url }, place) =>
      refused([...at, 'webhooks', place], () => {
        if (webhooks.findIndex((one) => one.url === url) !== place) {
          throw new ConnectorError('config', 'this url is here already');
        }
      }),
    ),
    ...(history === undefined || isStore(history)
      ? []
      : [
          {
            at: [...at, 'outputs', 'history'],
            text:
              `${shownPath([...at, 'outputs', 'history'])}: ${printable(shownStore(history))} is no store: end its name with ` +
              '.db, or give postgres://HOST/DATABASE',
          },
        ]),
    ...(include === undefined ? [] : refused([...at, 'include'], () => listedTypes(include))),
    ...(baseUrl === undefined ? [] : refused([...at, 'base-url'], () => checks.baseUrl(baseUrl))),
  ];
}

/** An address without secrets in it, over TLS wherever it leaves this machine. */
function plainAddress(text: string, example: string): void {
  safeAddress(text, example);
  if (new URL(text).search !== '') {
    throw new ConnectorError('config', `must be an address such as ${example}, without user, query or fragment`);
  }
}

/** The same of an address that may have a query. It is not repeated: the query may be a secret. */
function safeAddress(text: string, example: string): void {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new ConnectorError('config', `must be an address such as ${example}, without user, query or fragment`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    throw new ConnectorError('config', 'must begin with https://, but for an address of this machine');
  }
}

/** What a check throws, as a problem of its place. */
function refused(at: YamlPath, check: () => unknown): readonly YamlProblem[] {
  try {
    check();
    return [];
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return [{ at, text: `${shownPath(at)}: ${thrown.message}` }];
    }
    throw thrown;
  }
}
