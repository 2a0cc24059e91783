import { dirname, resolve } from 'node:path';
import { orMeant, readBySchema } from '../config/yaml-schema.ts';
import { fileKey, isPath } from '../config/file-keys.ts';
import { type SettingName, settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { OutputFormat } from '../output/kept-files.ts';
import { printable } from '../printable.ts';
import { isPostgres } from '../store-url.ts';
import type { Budget } from './budget-window.ts';
import type { EventKind } from './webhooks/kinds.ts';
import { type AddressChecks, misfits, nameOf, unknownName } from './fleet-faults.ts';
import {
  type CredentialsPlace,
  type FleetFile,
  fleetSchema,
  type KeyPlace,
  type ProjectEntry,
  projectSettings,
  type S3Entry,
  type ScheduleEntry,
} from './schema.ts';

/** Where objects of a project are. */
export interface S3Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint: string;
  readonly region: string;
  readonly style: 'path' | 'host';
  readonly credentials: CredentialsPlace;
}

/** Who is told of each complete sync of a project. */
export interface Webhook {
  readonly url: string;
  readonly secret: KeyPlace;
  readonly events: readonly EventKind[];
}

/** The variables that everybody who speaks S3 looks at. */
const usualCredentials: CredentialsPlace = {
  env: { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY', token: 'AWS_SESSION_TOKEN' },
};

/** A project as the file says it, with what holds for all filled in. */
export interface FleetProject {
  readonly id: string;
  readonly name: string;
  readonly key: KeyPlace;
  readonly baseUrl: string | undefined;
  readonly schedule: ScheduleEntry | undefined;
  readonly folder: string;
  readonly format: OutputFormat;
  readonly keep: number;
  readonly history: string | undefined;
  readonly historyKeepMs: number | undefined;
  readonly s3: S3Place | undefined;
  readonly webhooks: readonly Webhook[];
  readonly include: readonly string[];
  /** Other settings of sync, as texts. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly group: string | undefined;
  readonly timeoutMs: number;
  readonly tries: number;
  /** The variables that hold the secrets of the projects of the fleet, of this one and of others. */
  readonly keysOfFleet: readonly string[];
  /** The folder of the file. */
  readonly base: string;
  /** "fleet.yaml:12:5". */
  readonly place: string;
}

export interface Fleet {
  readonly path: string;
  readonly projects: readonly FleetProject[];
  /** How many projects of a group are synced at once, of the groups that say so. */
  readonly groups: ReadonlyMap<string, number>;
  /** How many requests the projects of a group send together, of the groups that say so. */
  readonly budgets: ReadonlyMap<string, Budget>;
}

/**
 * Reads a fleet file and checks all of it: what is wrong is one `config` error with a line for each fault, at
 * file:line:column. Relative paths count from the file's folder. No key is read yet.
 */
export function readFleet(path: string, text: string, checks: AddressChecks): Fleet {
  const { value, placeOf } = readBySchema(path, text, {
    schema: fleetSchema,
    what: 'the fleet',
    keyInside:
      'holds what looks like a management key (not shown): put it into a file with mode 0600, and say key: {file: ...}',
    unknownName,
    slips: (file) => misfits(file, checks),
  });
  const folder = dirname(resolve(path));
  const projects = value.projects.map((entry, place) =>
    projectOf(value, entry, folder, placeOf(['projects', place, 'id'])),
  );
  const keysOfFleet = [...new Set(projects.flatMap(secretVariables))];
  return {
    path,
    groups: new Map(
      Object.entries(value.groups).flatMap(([group, { 'at-once': atOnce }]) =>
        atOnce === undefined ? [] : [[group, atOnce]],
      ),
    ),
    budgets: new Map(
      Object.entries(value.groups).flatMap(([group, { requests }]) =>
        requests === undefined ? [] : [[group, { requests }]],
      ),
    ),
    projects: projects.map((project) => Object.assign(project, { keysOfFleet })),
  };
}

function secretVariables({ key, s3, webhooks }: Pick<FleetProject, 'key' | 's3' | 'webhooks'>): readonly string[] {
  const { id, secret, token } =
    s3 !== undefined && 'env' in s3.credentials ? s3.credentials.env : { id: undefined, secret: undefined };
  const places = [key, ...webhooks.map((hook) => hook.secret)];
  return [...places.map((place) => ('env' in place ? place.env : undefined)), id, secret, token].filter(
    (name) => name !== undefined,
  );
}

/** The project that a word on the command line names, by name or id. */
export function projectNamed({ projects, path }: Fleet, word: string): FleetProject {
  const found = projects.find(({ name, id }) => name === word || id === word);
  if (found === undefined) {
    const names = projects.map(({ name }) => name);
    throw new ConnectorError(
      'not-found',
      `${printable(path)} has no project ${printable(word)}${orMeant(word, names)}`,
    );
  }
  return found;
}

/** What `fleet.yaml` says of one project, over what it says for all. */
function projectOf(
  { defaults }: FleetFile,
  entry: ProjectEntry,
  folder: string,
  place: string,
): Omit<FleetProject, 'keysOfFleet'> {
  const name = nameOf(entry);
  const filled = (text: string): string => text.replaceAll('{name}', name).replaceAll('{id}', entry.id);
  const pathOf = (text: string): string => resolve(folder, filled(text));
  const outputs = { ...defaults.outputs, ...entry.outputs };
  const { history } = outputs;
  const texts = { ...defaults.settings, ...entry.settings };
  return {
    id: entry.id,
    name,
    key: keyOf(entry.key ?? defaults.key, filled, pathOf),
    baseUrl: entry['base-url'] ?? defaults['base-url'],
    schedule: entry.schedule ?? defaults.schedule,
    folder: pathOf(outputs.folder ?? 'syncs/{name}'),
    format: outputs.format ?? 'json',
    keep: outputs.keep ?? 7,
    history: history === undefined || isPostgres(history) ? history : pathOf(history),
    historyKeepMs: outputs['history-keep'],
    s3: s3Of({ ...defaults.outputs?.s3, ...entry.outputs?.s3 }, filled, pathOf),
    webhooks: (entry.webhooks ?? defaults.webhooks ?? []).map(({ url, secret, events = ['access.changed'] }) => ({
      url: filled(url),
      secret: keyOf(secret, filled, pathOf),
      events: [...new Set(events)],
    })),
    include: entry.include ?? defaults.include ?? [],
    settings: Object.fromEntries(
      projectSettings.flatMap((setting) => {
        const text = texts[fileKey(settings[setting])];
        return text === undefined ? [] : [[setting, isPath(settings[setting]) ? pathOf(text) : text]];
      }),
    ),
    labels: { ...defaults.labels, ...entry.labels },
    group: entry.group ?? defaults.group,
    timeoutMs: entry.timeout ?? defaults.timeout ?? 6 * 3_600_000,
    tries: entry.tries ?? defaults.tries ?? 4,
    base: folder,
    place,
  };
}

/** A bucket that is not named is no output: a file without it is refused before, where it says anything else of S3. */
function s3Of(
  {
    bucket,
    prefix = '{name}',
    region = 'us-east-1',
    endpoint,
    style = 'path',
    credentials = usualCredentials,
  }: S3Entry,
  filled: (text: string) => string,
  pathOf: (text: string) => string,
): S3Place | undefined {
  return bucket === undefined
    ? undefined
    : {
        bucket,
        prefix: filled(prefix),
        endpoint: (endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, ''),
        region,
        style,
        credentials:
          'file' in credentials
            ? { file: pathOf(credentials.file) }
            : 'command' in credentials
              ? { command: credentials.command.map(filled) }
              : credentials,
      };
}

function keyOf(
  key: KeyPlace | undefined,
  filled: (text: string) => string,
  pathOf: (text: string) => string,
): KeyPlace {
  if (key === undefined) {
    throw new Error('a project without a key is refused before');
  }
  if ('file' in key) {
    return { file: pathOf(key.file) };
  }
  return 'env' in key ? { env: filled(key.env) } : { command: key.command.map(filled) };
}
