import type { FleetProject } from './fleet.ts';
import type { CronJobTimes } from './kubernetes-schedule.ts';

/** What a cluster has for the jobs of a fleet. */
export interface ClusterOptions {
  readonly namespace: string;
  readonly image: string;
  /** The Secret that holds the keys, and the name of a key in it; {name} and {id} stand for those of the project. */
  readonly secret: string;
  readonly secretKey: string;
  /** A Secret whose entries become environment variables. */
  readonly envSecret: string | undefined;
  /** A claim that is there, for the files; without it each project gets one of this size. */
  readonly claim: string | undefined;
  readonly storage: string;
}

interface JobWords {
  readonly metadata: object;
  readonly labels: object;
  readonly options: ClusterOptions;
  readonly serviceAccountName: string;
}

/** Who the image runs as. */
const user = 65_532;
/** How long Kubernetes pauses between tries at most: ten minutes twice, and then it has given up. */
const pauseSeconds = 360;

/** The CronJob of a project. Each run is `fleet sync NAME --now`, with what `fleet.yaml` of its ConfigMap says. */
export function cronJobOf(
  project: FleetProject,
  { schedule, timeZone }: CronJobTimes,
  { metadata, labels, options, serviceAccountName }: JobWords,
): object {
  const { name, tries, timeoutMs } = project;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule,
      timeZone,
      suspend: project.schedule === undefined,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 5,
      jobTemplate: {
        spec: {
          activeDeadlineSeconds: tries * (Math.ceil(timeoutMs / 1_000) + pauseSeconds),
          backoffLimit: tries - 1,
          // By exit code: wrong settings, a refused key, a held file and a bug do not get better by trying again.
          podFailurePolicy: {
            rules: [
              { action: 'FailJob', onExitCodes: { containerName: 'sync', operator: 'In', values: [2, 3, 7, 70] } },
              { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            ],
          },
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              terminationGracePeriodSeconds: 30,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: user,
                runAsGroup: user,
                fsGroup: user,
                fsGroupChangePolicy: 'OnRootMismatch',
                seccompProfile: { type: 'RuntimeDefault' },
              },
              containers: [
                {
                  name: 'sync',
                  image: options.image,
                  args: [
                    'fleet',
                    'sync',
                    name,
                    '--now',
                    '--file',
                    '/etc/baton-descope/fleet.yaml',
                    '--engine',
                    'sqlite:/state/fleet.db', // of this run alone: the CronJob says when, and how often
                  ],
                  env: [{ name: 'BATON_LOG_FORMAT', value: 'json' }],
                  ...(options.envSecret !== undefined && { envFrom: [{ secretRef: { name: options.envSecret } }] }),
                  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                  volumeMounts: [
                    { name: 'fleet', mountPath: '/etc/baton-descope', readOnly: true },
                    { name: 'key', mountPath: '/run/secrets/descope', readOnly: true },
                    { name: 'data', mountPath: '/data' },
                    { name: 'state', mountPath: '/state' },
                  ],
                },
              ],
              volumes: volumesOf(project, metadata, options),
            },
          },
        },
      },
    },
  };
}

function volumesOf(project: FleetProject, metadata: object, { secret, secretKey, claim }: ClusterOptions): object[] {
  const filled = (text: string): string => text.replaceAll('{name}', project.name).replaceAll('{id}', project.id);
  const { name } = metadata as { readonly name: string };
  const readable = 0o440; // for the group, which is the pod's
  return [
    { name: 'fleet', configMap: { name } },
    {
      name: 'key',
      secret: {
        secretName: filled(secret),
        defaultMode: readable,
        items: [{ key: filled(secretKey), path: 'management-key' }], // and no other project's
      },
    },
    { name: 'data', persistentVolumeClaim: { claimName: claim ?? name } },
    { name: 'state', emptyDir: { sizeLimit: '16Mi' } },
  ];
}
