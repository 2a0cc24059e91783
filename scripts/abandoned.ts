// Begins syncs against the built server in a small heap and never ends them: how much memory do they take, and does it
// live?
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ProjectSeed, startEmulator } from '../src/emulator/emulator.ts';
import { isKind } from '../src/errors.ts';
import { cleanupRequest, resourcesRequest } from '../src/model/walk-requests.ts';
import { connectSurface } from '../src/server/remote-surface.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'baton-descope.js');

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new Error(`a whole number is wanted, not ${text}`);
  }
  return value;
}

/** Each user is in three tenants, with a role in one. */
function projectOf(users: number, tenants: number, roles: number): ProjectSeed {
  const tenantOf = (place: number): string => `T2tenant${String(place % tenants).padStart(20, '0')}`;
  const roleOf = (place: number): string => `Role ${place % roles}`;
  return {
    permissions: Array.from({ length: 40 }, (_, place) => ({ name: `permission.${place}` })),
    roles: Array.from({ length: roles }, (_, place) => ({
      name: roleOf(place),
      permissionNames: [0, 1, 2].map((more) => `permission.${(place + more * 5) % 40}`),
    })),
    tenants: Array.from({ length: tenants }, (_, place) => ({ id: tenantOf(place), name: `Company ${place}` })),
    users: Array.from({ length: users }, (_, place) => ({
      userId: `U2${String(place).padStart(26, '0')}`,
      loginIds: [`person.${place}@company.example`],
      email: `person.${place}@company.example`,
      name: `Person ${place}`,
      roleNames: [roleOf(place)],
      tenants: [0, 1, 2].map((more) => ({
        tenantId: tenantOf(place * 13 + more),
        roleNames: more === 0 ? [roleOf(place + 1)] : [],
      })),
    })),
  };
}

/** The process, and what the pattern finds in its standard output. */
async function started(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  pattern: RegExp,
): Promise<{ readonly child: ChildProcess; readonly found: readonly string[] }> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const more of child.stdout.setEncoding('utf8')) {
    text += String(more);
    const found = pattern.exec(text);
    if (found !== null) {
      child.stdout.destroy();
      return { child, found };
    }
  }
  throw new Error(`the process ended early: ${text}`);
}

async function residentMb({ pid }: ChildProcess): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      syncs: { type: 'string', default: '1000' },
      users: { type: 'string', default: '2000' },
      tenants: { type: 'string', default: '3000' },
      roles: { type: 'string', default: '200' },
      heap: { type: 'string', default: '256' },
      limit: { type: 'string', default: '64' },
      pages: { type: 'string', default: '3' },
      ended: { type: 'boolean', default: false }, // to compare with: each sync is ended with Cleanup
    },
  });
  const [syncs, pages, heap, limit] = [
    whole(values.syncs),
    whole(values.pages),
    whole(values.heap),
    whole(values.limit),
  ];
  const emulator = await startEmulator({
    project: projectOf(whole(values.users), whole(values.tenants), whole(values.roles)),
  });
  const env = {
    DESCOPE_PROJECT_ID: emulator.projectId,
    DESCOPE_MANAGEMENT_KEY: emulator.managementKey,
    DESCOPE_BASE_URL: emulator.baseUrl,
    BATON_LOG_LEVEL: 'warn',
  };
  const server = await started(
    [`--max-old-space-size=${heap}`, bin, 'serve', '--listen', '127.0.0.1:0', '--health-check-port', 'off'],
    env,
    /listening on (\S+)/,
  );
  const remote = connectSurface(server.found[1] ?? '');
  let refusals = 0;

  /** Begins a sync as the syncer does, and goes away in the middle. */
  async function abandon(name: string): Promise<void> {
    await remote.validate();
    let pageToken = '';
    for (let page = 0; page < pages && (page === 0 || pageToken !== ''); page += 1) {
      try {
        ({ nextPageToken: pageToken } = await remote.listResources(resourcesRequest(name, 'user', pageToken)));
      } catch (thrown) {
        if (!isKind(thrown, 'unavailable')) {
          throw thrown;
        }
        refusals += 1;
        await wait(1_000);
        page -= 1;
      }
    }
    await remote.listResources(resourcesRequest(name, 'tenant', ''));
    if (values.ended) {
      await remote.cleanup(cleanupRequest(name));
    }
  }

  try {
    await abandon('first');
    const before = await residentMb(server.child);
    let peak = before;
    const startedAt = performance.now();
    for (let place = 0; place < syncs; place += 1) {
      await abandon(`abandoned-${place}`);
      const mb = await residentMb(server.child);
      peak = Math.max(peak, mb);
      if (place % 50 === 0) {
        console.error(`${place}: ${mb.toFixed(0)} MB`);
      }
    }
    const isGood = server.child.exitCode === null && server.child.signalCode === null && peak - before <= limit;
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(
      `${isGood ? 'ok  ' : 'FAIL'} ${syncs} syncs${values.ended ? '' : ' that nobody ended'} (heap ${heap} ` +
        `MB): ${before.toFixed(0)} MB resident before, ${peak.toFixed(0)} MB at most, ` +
        `${(peak - before).toFixed(0)} MB more (limit ${limit} MB), ${refusals} told to come back, ` +
        `${seconds.toFixed(0)} s`,
    );
    return isGood ? 0 : 1;
  } finally {
    remote.close();
    server.child.kill();
    await emulator.close();
  }
}

process.exitCode = await main();
