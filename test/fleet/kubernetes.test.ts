import { describe, expect, it } from 'vitest';
import { parseBaseUrl, parseProjectId } from '../../src/descope/base-url.ts';
import { type Fleet, readFleet } from '../../src/fleet/fleet.ts';
import { kubernetesObjects } from '../../src/fleet/kubernetes.ts';
import type { ClusterOptions } from '../../src/fleet/kubernetes-job.ts';
import { messageOf } from '../support/thrown.ts';

interface Objects {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data: { readonly 'fleet.yaml': string };
  readonly spec: {
    readonly schedule: string;
    readonly timeZone: string;
    readonly suspend: boolean;
    readonly jobTemplate: {
      readonly spec: {
        readonly backoffLimit: number;
        readonly activeDeadlineSeconds: number;
        readonly template: {
          readonly spec: {
            readonly containers: readonly { readonly args: readonly string[]; readonly envFrom?: unknown }[];
            readonly volumes: readonly object[];
          };
        };
      };
    };
  };
}

const id = (name: string): string => `P2Fleet${name}`.padEnd(28, '0');
const read = (text: string): Fleet =>
  readFleet('/fleets/fleet.yaml', text, { projectId: parseProjectId, baseUrl: parseBaseUrl });

const options: ClusterOptions = {
  namespace: 'access',
  image: 'registry.example/baton-descope:0.1.0',
  secret: 'keys',
  secretKey: 'key-of-{name}',
  envSecret: undefined,
  claim: undefined,
  storage: '2Gi',
};
const made = (text: string, more: Partial<ClusterOptions> = {}): readonly (readonly Objects[])[] =>
  kubernetesObjects(read(text).projects, { ...options, ...more }).map(({ objects }) => objects as readonly Objects[]);
const jobOf = (objects: readonly Objects[] = []): Objects => {
  const job = objects.find(({ kind }) => kind === 'CronJob');
  if (job === undefined) {
    throw new Error('there is a CronJob');
  }
  return job;
};

const whole = `
version: 1
defaults:
  key: { env: "KEY_{name}" }
  schedule: { every: 1h }
  settings: { max-shrink: 30 }
projects:
  - id: ${id('One')}
    name: acme-prod
    base-url: https://api.euc1.descope.com
    outputs: { format: c1z, keep: 3, history: access.db, history-keep: 400d }
    include: [access_key]
    labels: { env: prod }
    timeout: 20m
    tries: 2
  - id: ${id('Two')}
    schedule: { cron: "0 6 * * 1-5", zone: Europe/Berlin }
    key: { file: somewhere/else }
`;

describe('the objects of a fleet for Kubernetes', () => {
  it('hand each pod its own project, as the file says it, at the places that the pod has', () => {
    const [[config] = []] = made(whole);
    const { projects } = read(config?.data['fleet.yaml'] ?? '');

    expect(projects).toMatchObject([
      {
        id: id('One'),
        name: 'acme-prod',
        key: { file: '/run/secrets/descope/management-key' },
        baseUrl: 'https://api.euc1.descope.com',
        folder: '/data',
        format: 'c1z',
        keep: 3,
        history: '/data/history.db',
        historyKeepMs: 400 * 86_400_000,
        include: ['access_key'],
        settings: { maxShrink: '30' },
        labels: { env: 'prod' },
        timeoutMs: 1_200_000,
      },
    ]);
  });

  it('begin each at its own time, try it as often as the file says, and give it its key alone', () => {
    const [first, second] = made(whole);
    const { spec } = jobOf(first);
    const job = spec.jobTemplate.spec;

    expect(spec).toMatchObject({ timeZone: 'Etc/UTC', suspend: false });
    expect(spec.schedule).toMatch(/^\d+ \* \* \* \*$/);
    expect(jobOf(second).spec).toMatchObject({ schedule: '0 6 * * 1-5', timeZone: 'Europe/Berlin' });
    expect(job).toMatchObject({ backoffLimit: 1, activeDeadlineSeconds: 2 * (1_200 + 360) });
    expect(job.template.spec.containers[0]?.args).toEqual(expect.arrayContaining(['sync', 'acme-prod', '--now']));
    expect(job.template.spec.volumes).toContainEqual({
      name: 'key',
      secret: {
        secretName: 'keys',
        defaultMode: 0o440,
        items: [{ key: 'key-of-acme-prod', path: 'management-key' }],
      },
    });
  });

  it('are the same each time, whatever the order of the file', () => {
    const turned = whole.replace(/projects:\n([^]*?)( {2}- id: \S+\n {4}schedule[^]*)$/, 'projects:\n$2$1');
    expect(turned).not.toBe(whole);
    expect(made(turned).toReversed()).toEqual(made(whole));
  });

  it('share a claim where one is named, each project in a folder of its own', () => {
    const objects = made(whole, { claim: 'files', envSecret: 'database' });

    expect(objects.map((all) => all.map(({ kind }) => kind))).toEqual([
      ['ConfigMap', 'CronJob'],
      ['ConfigMap', 'CronJob'],
    ]);
    expect(objects[0]?.[0]?.data['fleet.yaml']).toContain('"folder": "/data/acme-prod"');
    expect(jobOf(objects[0]).spec.jobTemplate.spec.template.spec.containers[0]?.envFrom).toEqual([
      { secretRef: { name: 'database' } },
    ]);
  });

  it('wait for somebody where the project has no schedule', () => {
    const [objects] = made(`version: 1\nprojects:\n  - id: ${id('One')}\n    key: { env: KEY }\n`);
    expect(jobOf(objects).spec.suspend).toBe(true);
  });

  it('have names of their own that Kubernetes takes, however the projects are called', () => {
    const names = ['Acme.Prod', 'acme_prod', 'acme-prod', 'x'.repeat(64), `${'x'.repeat(63)}y`, '9-'];
    const text = names.map((name, place) => `  - { id: ${id(String(place))}, name: "${name}", key: { env: K } }\n`);
    const all = made(`version: 1\nprojects:\n${text.join('')}`).map((objects) => jobOf(objects).metadata.name);

    expect(new Set(all).size).toBe(names.length);
    expect(all.filter((name) => !/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])$/.test(name))).toEqual([]);
    expect(all[2]).toBe('baton-descope-acme-prod');
  });

  it('are refused, with the place of each, where Kubernetes has no such thing', () => {
    const text = `version: 1
projects:
  - id: ${id('One')}
    key: { command: [vault, read, key] }
    schedule: { every: 90m }
  - id: ${id('Two')}
    key: { env: KEY }
    settings: { ca-file: ca.pem }
    outputs: { history: all.db }
  - id: ${id('Three')}
    key: { env: KEY }
    outputs: { history: all.db }
  - id: ${id('Four')}
    key: { env: KEY }
    outputs: { history: "postgres://who:${'p'.repeat(12)}@db.example/access" }
`;
    const lines = messageOf(() => made(text)).split('\n');

    expect(lines).toEqual([
      expect.stringMatching(/^\/fleets\/fleet\.yaml:3:\d+ P2FleetOne0+: key\.command: the image has no such program/),
      expect.stringMatching(/^\/fleets\/fleet\.yaml:3:\d+ P2FleetOne0+: schedule: this interval cannot be kept: /),
      expect.stringMatching(/:6:\d+ P2FleetTwo0+: settings\.ca-file: is a file of this machine/),
      expect.stringMatching(/:10:\d+ P2FleetThree0+: outputs\.history: P2FleetTwo0+ writes into this file, too/),
      expect.stringMatching(/:13:\d+ P2FleetFour0+: outputs\.history: has a password/),
    ]);
    expect(lines.join('\n')).not.toContain('pppp');
  });
});

it('a bucket is that of the file, with credentials from variables alone', () => {
  const withS3 = (credentials: string): string =>
    `version: 1\nprojects:\n  - id: ${id('One')}\n    name: one\n    key: { env: K }\n    schedule: { every: ` +
    `1h }\n    outputs: { s3: { bucket: acme${credentials} } }\n`;
  const [objects = []] = made(withS3(''), { envSecret: 'more' });
  const { projects } = read(objects.find(({ kind }) => kind === 'ConfigMap')?.data['fleet.yaml'] ?? '');
  expect(projects[0]?.s3).toEqual(read(withS3('')).projects[0]?.s3);
  expect(messageOf(() => made(withS3('')))).toMatch(/one: outputs\.s3\.credentials: a pod has them as variables/);
  expect(messageOf(() => made(withS3(', credentials: { file: x }'), { envSecret: 'more' }))).toMatch(
    /one: outputs\.s3\.credentials: a pod has them as variables/,
  );
});
