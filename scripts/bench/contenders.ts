import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../../test/support/certificates.ts';
import type { AskedMs } from './ask-store.ts';
import type { Walked } from './grpc-walk.ts';
import { cliPath, type Fixture, type Ran, startNode } from './processes.ts';
import type { Conditions, Seen } from './fixture.ts';
import { projectId } from './project.ts';

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** One run of a contender: wall from the first request to its end, what the OS counted, and what the fixture saw. */
export interface Sample {
  readonly wallS: number;
  /** From its start to its first request: Node, modules, options. */
  readonly startS: number;
  readonly cpuS: number;
  readonly rssMb: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly seen: Seen;
  /** Of the file that came of it. */
  readonly bytes?: number;
  /** What questions took by themselves, where they were asked so. */
  readonly askedMs?: AskedMs;
  readonly walked?: Walked;
}

export type Contender = (fixture: Fixture, conditions: Conditions) => Promise<readonly Sample[]>;

export interface CliOptions {
  readonly rateLimit?: string;
  readonly tenantRoles?: 'all' | 'observed';
  readonly nodeFlags?: readonly string[];
  /** Opt-in types that are read, too. */
  readonly include?: readonly string[];
  /** The kind of file. */
  readonly out?: '.json' | '.c1z' | '.xlsx';
}

/** `sync --out`, fsync and rename included. */
export function ourCli({
  rateLimit = 'auto',
  tenantRoles = 'all',
  nodeFlags = [],
  include = [],
  out = '.json',
}: CliOptions = {}): Contender {
  return async (fixture, conditions) => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
    try {
      const file = join(folder, `sync${out}`);
      const sample = await measured(fixture, conditions, () =>
        startNode(
          [
            cliPath,
            'sync',
            '--out',
            file,
            '--json',
            '--rate-limit',
            rateLimit,
            '--tenant-roles',
            tenantRoles,
            ...includeOption(include),
          ],
          settings(fixture),
          { nodeFlags },
        ).ended(),
      );
      return [Object.assign(sample, { bytes: (await stat(file)).size })];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** `serve` under mutual TLS, walked twice as a platform walks it: cold, then warm. */
export function ourServer(workers: number, { rateLimit = 'auto', include = [] }: CliOptions = {}): Contender {
  return async (fixture, conditions) => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-descope-bench-'));
    try {
      await writeCertificates(folder);
      const file = (name: string): string => join(folder, name);
      const server = startNode(
        [
          cliPath,
          'serve',
          '--listen',
          'localhost:0',
          '--health-check-port',
          'off',
          '--tls-cert',
          file('server.pem'),
          '--tls-key',
          file('server.key'),
          '--tls-client-ca',
          file('ca.pem'),
          '--rate-limit',
          rateLimit,
          ...includeOption(include),
        ],
        settings(fixture),
      );
      const [line] = (await once(server.child.stdout ?? server.child, 'data')) as [Buffer];
      const address = /listening on (\S+)/.exec(String(line))?.[1] ?? '';
      const runs: Omit<Sample, 'rssMb' | 'loopDelayP99Ms' | 'loopDelayMaxMs'>[] = [];
      let cpuBefore = 0;
      for (const syncId of ['cold', 'warm']) {
        await fixture.begin(conditions);
        const walk = startNode([script('grpc-walk.ts'), address, folder, String(workers), syncId], {}, { core: 0 });
        const { stdout } = await walk.ended();
        const walked = JSON.parse(stdout) as Walked; // it prints nothing else
        const cpu = await cpuOf(server.child.pid);
        runs.push({
          wallS: walked.totalMs / 1000,
          startS: 0,
          cpuS: cpu - cpuBefore,
          seen: await fixture.seen(),
          walked,
        });
        cpuBefore = cpu;
      }
      server.child.kill('SIGTERM');
      const { measured: total } = await server.ended();
      const { rssMb, loopDelayP99Ms, loopDelayMaxMs } = total;
      return runs.map((run) => Object.assign(run, { rssMb, loopDelayP99Ms, loopDelayMaxMs }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** A script of ours that takes the fixture's address. */
export function other(name: string, ...args: readonly string[]): Contender {
  return async (fixture, conditions) => [
    await measured(fixture, conditions, () => startNode([script(name), fixture.address, ...args]).ended()),
  ];
}

export async function measured(fixture: Fixture, conditions: Conditions, run: () => Promise<Ran>): Promise<Sample> {
  await fixture.begin(conditions);
  const {
    measured: { cpuS, rssMb, loopDelayP99Ms, loopDelayMaxMs },
    startedAt,
    endedAt,
  } = await run();
  const seen = await fixture.seen();
  const first = seen.firstAt ?? startedAt;
  return {
    wallS: (endedAt - first) / 1000,
    startS: (first - startedAt) / 1000,
    cpuS,
    rssMb,
    loopDelayP99Ms,
    loopDelayMaxMs,
    seen,
  };
}

function includeOption(include: readonly string[]): readonly string[] {
  return include.length === 0 ? [] : ['--include', include.join(',')];
}

export function settings(fixture: Fixture): NodeJS.ProcessEnv {
  return { DESCOPE_BASE_URL: fixture.address, DESCOPE_PROJECT_ID: projectId, DESCOPE_MANAGEMENT_KEY: 'benchmark-key' };
}

async function writeCertificates(folder: string): Promise<void> {
  const authority = await createAuthority('bench');
  await writeFile(join(folder, 'ca.pem'), authority.cert);
  for (const name of ['server', 'client']) {
    const { cert, key } = await authority.issue(name);
    await writeFile(join(folder, `${name}.pem`), cert);
    await writeFile(join(folder, `${name}.key`), key, { mode: 0o600 });
  }
}

/** CPU seconds of a process so far, as Linux counts them (in hundredths); 0 elsewhere. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}
