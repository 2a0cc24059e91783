// What --include sso_configuration,idp_group costs: the wall time against a bare drain of the same requests, and the memory
// of a group with very many members. Run it with nothing else on the machine.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { request } from 'undici';

const bin = join(import.meta.dirname, '..', 'bin', 'baton-descope.js');
const inFlight = 6;

interface Shape {
  readonly users: number;
  readonly tenants: number;
  readonly groups: number;
  readonly members: number;
  readonly latencyMs: number;
}

const userId = (place: number): string => `U2${place.toString(36).padStart(26, '0')}`;
const tenantId = (place: number): string => `T2tenant${String(place).padStart(20, '0')}`;
const groupName = (place: number): string => `Group ${place}`;

/** Answers from a formula: nothing is kept but what the fixture is asked for. */
function answersOf({
  users,
  tenants,
  groups,
  members,
}: Shape): (path: string, query: URLSearchParams, body: string) => string {
  const user = (place: number): object => ({
    userId: userId(place),
    loginIds: [`person.${place}@example.com`],
    name: `Person ${place}`,
    status: 'enabled',
    createdTime: 1_600_000_000 + Math.floor(place / 7),
    userTenants: [{ tenantId: tenantId(place % tenants), roleNames: ['Role 0'] }],
  });
  const mapping = Array.from({ length: groups }, (_, place) => ({
    groups: [groupName(place)],
    role: { id: 'R0', name: 'Role 0' },
  }));
  const saml = { idpEntityId: 'E', idpSSOUrl: 'https://idp.example', idpCertificate: 'cert', groupsMapping: mapping };
  return (path, query, body) => {
    switch (path) {
      case '/v2/mgmt/user/search': {
        const { offset = 0, fromCreatedTime } = JSON.parse(body) as {
          readonly offset?: number;
          readonly fromCreatedTime?: string;
        };
        const rows =
          fromCreatedTime === undefined
            ? Array.from({ length: Math.max(0, Math.min(100, users - offset)) }, (_, place) => user(offset + place))
            : [];
        return JSON.stringify({ users: rows, total: fromCreatedTime === undefined ? users : 0 });
      }
      case '/v1/mgmt/tenant/all':
        return JSON.stringify({
          tenants: Array.from({ length: tenants }, (_, place) => ({ id: tenantId(place), name: `Tenant ${place}` })),
        });
      case '/v1/mgmt/role/all':
        return JSON.stringify({ roles: [{ id: 'R0', name: 'Role 0', permissionNames: ['P0'] }] });
      case '/v1/mgmt/permission/all':
        return JSON.stringify({ permissions: [{ id: 'P0', name: 'P0' }] });
      case '/v2/mgmt/sso/settings/all':
        return JSON.stringify({
          SSOSettings: [
            { ssoId: 'default_ssoid', saml, oidc: { clientSecret: '' }, tenant: { id: query.get('tenantId') } },
          ],
        });
      case '/v1/mgmt/tenant/settings':
        return JSON.stringify({ domains: [], enabled: true, JITDisabled: false });
      case '/v1/mgmt/group/all': {
        const at = Number((JSON.parse(body) as { readonly tenantId: string }).tenantId.slice(8));
        return JSON.stringify(
          Array.from({ length: groups }, (_, place) => ({
            id: `g-${place}`,
            display: groupName(place),
            source: 'scim',
            ssoId: 'default_ssoid',
            members: Array.from({ length: members }, (_none, member) => {
              const number = (at + member * tenants + place * 13) % Math.max(users, members);
              return { loginId: `person.${number}@example.com`, userId: userId(number), display: `Person ${number}` };
            }),
          })),
        );
      }
      default:
        return '';
    }
  };
}

function send(response: ServerResponse, text: string): void {
  if (text === '') {
    response.writeHead(404).end();
  } else {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  }
}

/** The service, in a process of its own. */
function serve(shape: Shape): void {
  const answer = answersOf(shape);
  const log: string[] = [];
  const server = createServer((asked, response) => {
    const url = new URL(asked.url ?? '', 'http://fixture');
    const parts: Buffer[] = [];
    asked.on('data', (part: Buffer) => parts.push(part));
    asked.on('end', () => {
      const body = Buffer.concat(parts).toString();
      log.push(JSON.stringify([asked.method, asked.url, body]));
      void sleep(shape.latencyMs).then(() => send(response, answer(url.pathname, url.searchParams, body)));
    });
  });
  process.on('message', () => process.send?.({ log: log.splice(0) }));
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

async function told<T>(child: ChildProcess): Promise<T> {
  return await new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
}

/** The floor: the very same requests, six in flight, bodies drained. */
async function drain(port: number, log: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const rest = [...log];
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let entry = rest.shift(); entry !== undefined; entry = rest.shift()) {
        const [method = 'GET', path = '/', body = ''] = JSON.parse(entry) as string[];
        const answer = await request(`http://127.0.0.1:${port}${path}`, {
          method: method as 'GET',
          ...(body !== '' && { body, headers: { 'content-type': 'application/json' } }),
        });
        await answer.body.dump({ limit: Number.POSITIVE_INFINITY });
      }
    }),
  );
  return (performance.now() - startedAt) / 1000;
}

async function sync(
  port: number,
  out: string,
): Promise<{ readonly seconds: number; readonly peakMb: number; readonly failed: string }> {
  const startedAt = performance.now();
  const args = [
    bin,
    'sync',
    '--out',
    out,
    '--include',
    'sso_configuration,idp_group',
    '--rate-limit',
    'off',
    '--tenant-roles',
    'observed',
  ];
  const env = {
    PATH: process.env['PATH'] ?? '',
    DESCOPE_PROJECT_ID: 'P2fixture',
    DESCOPE_BASE_URL: `http://127.0.0.1:${port}`,
    DESCOPE_MANAGEMENT_KEY: 'K2fixture',
  };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let failed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (failed += text));
  let peakMb = 0;
  const timer = setInterval(() => {
    void readFile(`/proc/${child.pid ?? 0}/status`, 'utf8')
      .then((status) => (peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)))
      .catch(() => undefined);
  }, 50);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(timer);
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, failed: code === 0 ? '' : failed };
}

async function measure(name: string, shape: Shape): Promise<void> {
  const fixture = fork(import.meta.filename, ['--serve', JSON.stringify(shape)]);
  const { port } = await told<{ readonly port: number }>(fixture);
  const folder = await mkdtemp(join(tmpdir(), 'sso-bench-'));
  const { seconds, peakMb, failed } = await sync(port, join(folder, 'sync.json'));
  fixture.send('log');
  const { log } = await told<{ readonly log: readonly string[] }>(fixture);
  const floor = await drain(port, log);
  fixture.kill();
  await rm(folder, { recursive: true });
  console.log(
    `${name}: ${log.length} requests, ${seconds.toFixed(1)} s, floor ${floor.toFixed(1)} s, ` +
      `${(seconds / floor).toFixed(2)} x; ${peakMb.toFixed(0)} MB${failed}`,
  );
}

const { values } = parseArgs({ options: { serve: { type: 'string' } } });
if (values.serve !== undefined) {
  serve(JSON.parse(values.serve) as Shape);
} else {
  const usual = { users: 10_000, tenants: 500, groups: 4, members: 50, latencyMs: 50 };
  await measure('500 tenants, 100,000 memberships', usual);
  await measure('a group of 200,000 members, few of them users', {
    ...usual,
    users: 1_000,
    tenants: 3,
    groups: 1,
    members: 200_000,
  });
  await measure('a group of 200,000 members, all of them users', {
    ...usual,
    users: 200_000,
    tenants: 1,
    groups: 1,
    members: 200_000,
    latencyMs: 5,
  });
}
