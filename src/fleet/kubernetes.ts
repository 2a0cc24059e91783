import { createHash } from 'node:crypto';
import { fileKey, isPath } from '../config/file-keys.ts';
import { type SettingName, settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import { isPostgres } from '../store-url.ts';
import type { FleetProject } from './fleet.ts';
import { type ClusterOptions, cronJobOf } from './kubernetes-job.ts';
import { type CronJobTimes, cronJobTimes, neverTimes } from './kubernetes-schedule.ts';
import { span } from './spans.ts';

/** What is made for one project: objects, in the order in which they are applied. */
export interface ProjectObjects {
  /** Of the objects, and of a file that holds them. */
  readonly name: string;
  readonly objects: readonly object[];
}

export const serviceAccountName = 'baton-descope-fleet';
const mostNameLength = 52; // a CronJob appends eleven to it for its jobs

/**
 * A CronJob for each project, with the part of the fleet's file that is about it. What cannot be said to Kubernetes is one
 * `config` error, a line for each fault, with its place in the file.
 */
export function kubernetesObjects(
  projects: readonly FleetProject[],
  options: ClusterOptions,
): readonly ProjectObjects[] {
  const faults: string[] = [];
  const stores = new Map<string, string>();
  const made = projects.map((project) => {
    const { name, place, schedule, history, id } = project;
    const tell = (text: string): void => void faults.push(`${place} ${name}: ${text}`);
    if ('command' in project.key) {
      tell(
        'key.command: the image has no such program; say key: {file: ...}, which the Secret stands for in the cluster',
      );
    }
    const times = schedule === undefined ? neverTimes : cronJobTimes(id, schedule);
    if (typeof times === 'string') {
      tell(`schedule: ${'every' in (schedule ?? {}) ? 'this interval' : 'this pattern'} cannot be kept: ${times}`);
    }
    Object.keys(project.settings)
      .filter((setting) => isPath(settings[setting as SettingName]))
      .forEach((setting) =>
        tell(`settings.${fileKey(settings[setting as SettingName])}: is a file of this machine, which no pod has`),
      );
    if (project.s3 !== undefined && (!('env' in project.s3.credentials) || options.envSecret === undefined)) {
      tell('outputs.s3.credentials: a pod has them as variables: say credentials: {env: ...}, and give --env-secret');
    }
    if (project.webhooks.some(({ secret }) => !('env' in secret) || options.envSecret === undefined)) {
      tell('webhooks: a pod has secrets as variables: say secret: {env: ...}, and give --env-secret');
    }
    if (history !== undefined) {
      const before = stores.get(history);
      if (isPostgres(history) && hasPassword(history)) {
        tell('outputs.history: has a password, which would stand in a ConfigMap: put PGPASSWORD into --env-secret');
      } else if (!isPostgres(history) && before !== undefined) {
        tell(`outputs.history: ${before} writes into this file, too, and pods cannot share one: PostgreSQL can`);
      }
      stores.set(history, name);
    }
    return objectsOf(project, typeof times === 'string' ? neverTimes : times, options);
  });
  if (faults.length > 0) {
    throw new ConnectorError('config', faults.join('\n'));
  }
  return made;
}

/** The account of the pods, which need nothing of the cluster. */
export function serviceAccount({ namespace }: Pick<ClusterOptions, 'namespace'>): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: serviceAccountName, namespace },
    automountServiceAccountToken: false,
  };
}

function objectsOf(project: FleetProject, times: CronJobTimes, options: ClusterOptions): ProjectObjects {
  const name = `baton-descope-${objectName(project)}`;
  const labels = {
    'app.kubernetes.io/name': 'baton-descope',
    'app.kubernetes.io/component': 'fleet-sync',
    'baton-descope/project': name.slice('baton-descope-'.length),
  };
  const annotations = { 'baton-descope/project-name': project.name, 'baton-descope/project-id': project.id };
  const metadata = { name, namespace: options.namespace, labels, annotations };
  const folder = options.claim === undefined ? '/data' : `/data/${project.name}`;
  return {
    name: name.slice('baton-descope-'.length),
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { 'fleet.yaml': `${JSON.stringify({ version: 1, projects: [fileEntry(project, folder)] }, null, 2)}\n` },
      },
      ...(options.claim === undefined
        ? [
            {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              metadata,
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: options.storage } } },
            },
          ]
        : []),
      cronJobOf(project, times, { metadata, labels, options, serviceAccountName }),
    ],
  };
}

/** What a pod is told of its project, as fleet.yaml says it: the key and the files are where the pod has them. */
function fileEntry(project: FleetProject, folder: string): object {
  const { history, historyKeepMs, s3, settings: texts } = project;
  // Each member of a project is here, so that no new one is forgotten.
  const entry: Record<keyof FleetProject, object | undefined> = {
    id: { id: project.id },
    name: { name: project.name },
    key: { key: { file: '/run/secrets/descope/management-key' } },
    baseUrl: project.baseUrl === undefined ? undefined : { 'base-url': project.baseUrl },
    folder: {
      outputs: {
        folder,
        format: project.format,
        keep: project.keep,
        ...(history !== undefined && { history: isPostgres(history) ? history : `${folder}/history.db` }),
        ...(historyKeepMs !== undefined && { 'history-keep': span(historyKeepMs) }),
        ...(s3 !== undefined && { s3 }),
      },
    },
    include: project.include.length === 0 ? undefined : { include: project.include },
    settings: {
      settings: Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [fileKey(settings[name as SettingName]), text]),
      ),
    },
    labels: { labels: project.labels },
    timeoutMs: { timeout: span(project.timeoutMs) },
    // Of outputs.
    format: undefined,
    keep: undefined,
    history: undefined,
    historyKeepMs: undefined,
    s3: undefined,
    webhooks: project.webhooks.length === 0 ? undefined : { webhooks: project.webhooks },
    // The CronJob says these.
    schedule: undefined,
    tries: undefined,
    // CronJobs know nothing of each other.
    group: undefined,
    keysOfFleet: undefined,
    base: undefined,
    place: undefined,
  };
  return Object.assign({}, ...Object.values(entry)) as object;
}

/** The name of a project as Kubernetes takes it; one that had to be changed ends with what follows from the id. */
function objectName({ name, id }: FleetProject): string {
  const most = mostNameLength - 'baton-descope-'.length;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
  if (plain === name && name.length <= most) {
    return plain;
  }
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return `${plain.slice(0, most - mark.length - 1).replace(/-$/, '')}-${mark}`;
}

function hasPassword(url: string): boolean {
  const read = URL.parse(url);
  return read === null || read.password !== '' || read.searchParams.has('password');
}
