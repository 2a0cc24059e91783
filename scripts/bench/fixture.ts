/**
 * The service of a benchmark, in a process of its own: pages are bytes before anybody asks, so that what is measured is
 * the contender. It counts what it is asked. Prints its address; told what to do by messages from its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProject, type Project, roleName, type Shape } from './project.ts';

export interface Conditions {
  readonly latencyMs: number;
  /** Searches allowed in a window; 429 with Retry-After beyond it. */
  readonly rate?: { readonly count: number; readonly windowMs: number };
  /** One search in so many answers 503. */
  readonly failEvery?: number;
  /** One user in so many, a multiple of 100, has another name and another role than before. */
  readonly changedOneIn?: number;
}

export type Told = { readonly shape: Shape } | { readonly begin: Conditions } | { readonly report: true };

export interface Seen {
  readonly requests: number;
  readonly byPath: Readonly<Record<string, number>>;
  readonly maxInFlight: number;
  readonly refused: number;
  readonly bytes: number;
  /** Milliseconds on the machine's clock; undefined before the first request. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  /** How busy this process was between the two, 0 to 1: a fixture that is at its limit measures itself. */
  readonly load: number;
}

const jitter = 0.2;
/** What older deployments lack: asked once, not once a tenant. */
const notOffered = new Set(['/v1/mgmt/scim/key', '/v1/mgmt/sso/xaa/settings/all']);
let project: Project | undefined;
let conditions: Conditions = { latencyMs: 0 };
let seen = fresh();
let windowStart = 0;
let inWindow = 0;
let blockedUntil = 0;
let searches = 0;

function fresh() {
  return {
    requests: 0,
    byPath: new Map<string, number>(),
    inFlight: 0,
    maxInFlight: 0,
    refused: 0,
    bytes: 0,
    firstAt: undefined as number | undefined,
    lastAt: undefined as number | undefined,
    cpu: process.cpuUsage(),
  };
}

const now = (): number => performance.timeOrigin + performance.now();

const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
server.keepAliveTimeout = 120_000;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  seen.firstAt ??= now();
  seen.requests += 1;
  seen.inFlight += 1;
  seen.maxInFlight = Math.max(seen.maxInFlight, seen.inFlight);
  response.once('close', () => {
    seen.inFlight -= 1;
    seen.lastAt = now();
  });
  const path = (request.url ?? '').split('?')[0] ?? '';
  seen.byPath.set(path, (seen.byPath.get(path) ?? 0) + 1);
  const text = await bodyOf(request);
  if (conditions.latencyMs > 0) {
    await sleep(conditions.latencyMs * (1 - jitter + 2 * jitter * fraction(seen.requests)));
  }
  send(response, path, text, new URLSearchParams((request.url ?? '').split('?')[1]));
}

/** A number from 0 to 1 that looks like chance and is the same in every run. */
function fraction(place: number): number {
  return ((place * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
}

function send(response: ServerResponse, path: string, text: string, query: URLSearchParams): void {
  const isSearch = path.endsWith('/user/search');
  if (isSearch && isRefused()) {
    seen.refused += 1;
    response
      .writeHead(429, {
        'retry-after': String(Math.ceil((conditions.rate?.windowMs ?? 1000) / 1000)),
        'content-type': 'application/json',
      })
      .end('{"errorCode":"E130429"}');
    return;
  }
  searches += Number(isSearch);
  if (isSearch && conditions.failEvery !== undefined && searches % conditions.failEvery === 0) {
    response.writeHead(503).end();
    return;
  }
  if (notOffered.has(path)) {
    response.writeHead(404).end();
    return;
  }
  const body = isSearch
    ? searched(text)
    : (paged(path, text, query) ??
      project?.lists[path] ??
      Buffer.from(path.endsWith('/license') ? '{"rateLimitTier":"tier4"}' : '{}'));
  seen.bytes += body.length;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

function isRefused(): boolean {
  const { rate } = conditions;
  if (rate === undefined) {
    return false;
  }
  const at = performance.now();
  if (at < blockedUntil) {
    return true;
  }
  if (at - windowStart >= rate.windowMs) {
    windowStart = at;
    inWindow = 0;
  }
  inWindow += 1;
  if (inWindow > rate.count) {
    blockedUntil = at + rate.windowMs; // the documented penalty, in the same scale
    return true;
  }
  return false;
}

/** A page of a list that comes in pages: told in the body of a POST, in the address of a GET. */
function paged(path: string, text: string, query: URLSearchParams): Buffer | undefined {
  const pages = project?.paged[path];
  if (pages === undefined) {
    return undefined;
  }
  const asked = text === '' ? Object.fromEntries(query) : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  return pages(Number(asked['page'] ?? 0), Number(asked['limit'] ?? 100));
}

interface Asked {
  readonly offset?: number;
  readonly page?: number;
  readonly fromCreatedTime?: string;
  readonly roleNames?: readonly string[];
  readonly tenantIds?: readonly string[];
}

function searched(text: string): Buffer {
  const { offset = 0, page = 0, fromCreatedTime, roleNames = [], tenantIds = [] } = JSON.parse(text) as Asked;
  const empty = Buffer.from(`{"users":[],"total":0}`);
  if (fromCreatedTime !== undefined || project === undefined) {
    return empty; // nobody is newer than any bound
  }
  const start = offset > 0 ? offset : page * 100;
  const [role] = roleNames;
  const [tenant] = tenantIds;
  if (role !== undefined) {
    return project.filtered('role', role, start);
  }
  if (tenant !== undefined) {
    return project.filtered('tenant', tenant, start);
  }
  return changed(project.pages[start / 100] ?? empty, start);
}

/** A page whose first user is another than before, where it is the turn of one. */
function changed(page: Buffer, start: number): Buffer {
  const { changedOneIn } = conditions;
  if (changedOneIn === undefined || start % changedOneIn !== 0) {
    return page;
  }
  return Buffer.from(
    page
      .toString()
      .replace(/"name":"Person (\d+) of/, '"name":"Other person $1 of')
      .replace(/"roleNames":\["Role \d+"/, `"roleNames":["${roleName((start / changedOneIn) % 5)}"`),
  );
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => resolve(Buffer.concat(parts).toString()));
    request.on('error', reject);
  });
}

function report(): Seen {
  const { byPath, requests, maxInFlight, refused, bytes, firstAt, lastAt, cpu } = seen;
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = (lastAt ?? 0) - (firstAt ?? 0);
  return {
    requests,
    byPath: Object.fromEntries(byPath),
    maxInFlight,
    refused,
    bytes,
    firstAt,
    lastAt,
    load: wallMs > 0 ? (user + system) / 1000 / wallMs : 0,
  };
}

process.on('message', (told: Told) => {
  if ('shape' in told) {
    project = undefined;
    project = createProject(told.shape);
    process.send?.({ ready: true, grants: project.grants, bytes: project.bytes });
  } else if ('begin' in told) {
    conditions = told.begin;
    seen = fresh();
    [windowStart, inWindow, blockedUntil, searches] = [0, 0, 0, 0];
    process.send?.({ begun: true });
  } else {
    process.send?.(report());
  }
});
process.on('disconnect', () => process.exit(0));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo; // on TCP it is neither null nor a path
  process.send?.({ address: `http://127.0.0.1:${port}` });
});
