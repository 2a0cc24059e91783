import { deriveBaseUrl } from '../descope/base-url.ts';
import type { RateLimit } from '../descope/http/pacing.ts';
import { createTransport } from '../descope/http/transport.ts';
import type { Route } from '../descope/http/route.ts';
import type { WholeList } from '../descope/whole-list.ts';
import { ConnectorError } from '../errors.ts';
import { listedTypes } from '../registry.ts';
import type { Secret } from '../secret.ts';
import { type Check, fail, ok, skip } from './check.ts';
import { checkOutput, checkTemporary, type LookAtTarget } from './output-check.ts';
import { createProbe } from './probe.ts';
import { checkProject } from './project-checks.ts';
import type { TenantReadWanted } from './tenant-checks.ts';
import { checkBaseUrl, checkKeyPlace, checkProjectId, checkRoute } from './setup-checks.ts';
import { checkTls, type TlsPaths } from './tls-checks.ts';
import { checkLogins } from './login-check.ts';
import { rightsChecks } from './rights.ts';
import { checkWriteRights } from './write-check.ts';

/** The setup to look at, as far as it could be understood. */
export interface DoctorOptions {
  /** What is wrong with the settings themselves, one line each. */
  readonly problems: readonly string[];
  readonly configFile: string | undefined;
  readonly projectId: string | undefined;
  /** As it was given; the project id decides when it is undefined. */
  readonly baseUrl: string | undefined;
  readonly key: GivenKey | undefined;
  /** For what is about the company; the other one where there is none. */
  readonly companyKey?: GivenKey | undefined;
  /** The way to Descope; straight, when left out. */
  readonly route?: Route;
  readonly rateLimit: RateLimit;
  readonly maxParallelFetches: number;
  readonly maxResponseMiB?: number | undefined;
  readonly provisioning: boolean;
  /** How syncs read the last logins of users; off when left out. */
  readonly lastLogin?: 'audit' | 'history' | undefined;
  /** Opt-in types that syncs read, too; their lists are asked for as well. */
  readonly include?: readonly string[] | undefined;
  readonly tls: TlsPaths;
  /** The environment, for what is looked at besides the settings: proxies. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The file or folder that syncs write to; not looked at when undefined. */
  readonly out: string | undefined;
  /** What a sync would say of the target before it begins. */
  readonly lookAtTarget?: LookAtTarget | undefined;
  readonly signal?: AbortSignal;
  /** How long each request may take. */
  readonly deadlineMs?: number;
  readonly now?: () => number;
  readonly wallClock?: () => number;
}

/** A key, and where it came from. */
interface GivenKey {
  readonly reveal: () => Secret;
  readonly source: string;
  readonly path?: string | undefined;
}

/** How many requests were sent and how many tenants there are, told at the end. */
export interface DoctorReport {
  readonly requests: number;
  /** Undefined where they could not be read. */
  readonly tenants: number | undefined;
}

/**
 * Looks at a setup and yields what it finds, in the order of a reader's questions. Nothing is changed, at Descope or
 * here; six requests at most, four more with provisioning, and one or two for each thing that included types are made
 * of or can be changed, none repeated. Rejects with `cancelled` only.
 */
export async function* examine(options: DoctorOptions): AsyncGenerator<Check, DoctorReport> {
  const {
    problems,
    configFile,
    projectId,
    baseUrl,
    key,
    companyKey,
    signal,
    deadlineMs = 10_000,
    now = () => performance.now(),
    wallClock = Date.now,
  } = options;
  const { problem: unknownType, included, ...reads } = readsOf(options.include);
  yield ok('config file', configFile ?? 'none: flags and environment only');
  for (const problem of [...problems, ...unknownType]) {
    yield fail('config', 'settings', problem, 'Fix it there; `baton-descope config show` prints what is in force.');
  }
  if (projectId !== undefined) {
    yield checkProjectId(projectId);
    yield checkBaseUrl(projectId, baseUrl);
    yield checkRoute(baseUrl ?? deriveBaseUrl(projectId), options.route, options.env);
  }
  if (key !== undefined) {
    yield checkKeyPlace(key);
  }
  if (companyKey !== undefined) {
    yield checkKeyPlace(companyKey, 'company key');
  }

  let requests = 0;
  let tenants: number | undefined;
  if (projectId === undefined || key === undefined || problems.length + unknownType.length > 0) {
    yield skip('Descope', 'not asked: the settings come first');
  } else {
    const place = { projectId, baseUrl: baseUrl ?? deriveBaseUrl(projectId) };
    const send = createTransport({
      ...place,
      managementKey: key.reveal,
      ...(companyKey !== undefined && { companyKey: companyKey.reveal }),
      ...(options.route !== undefined && { route: options.route }),
      ...(options.maxResponseMiB !== undefined && { maxResponseMiB: options.maxResponseMiB }),
    });
    const probe = createProbe({ send, deadlineMs, now, signal, onRequest: () => (requests += 1) });
    yield* rightsChecks(options.include ?? [], options.provisioning);
    let isLet = false;
    let users: number | undefined;
    const ownKeys = [key, companyKey]
      .filter((own) => own !== undefined)
      .map(({ reveal }) => ({ hasId: (keyId: string) => reveal().beginsWith(keyId) }));
    const checks = checkProject({ ...options, ...place, ...reads, probe, wallClock, ownKeys });
    for (let next = await checks.next(); ; next = await checks.next()) {
      if (next.done === true) {
        ({ tenants, users } = next.value);
        break;
      }
      isLet ||= next.value.name === 'key' && next.value.level === 'ok';
      yield next.value;
    }
    if (isLet) {
      yield* checkWriteRights(probe, place, options.provisioning, included);
      const { lastLogin, provisioning } = options;
      yield* checkLogins(probe, place, { lastLogin, provisioning, users, wallClock });
    }
  }

  yield* checkTls(options.tls, wallClock());
  if (options.out !== undefined) {
    yield await checkOutput(options.out, options.lookAtTarget);
    yield await checkTemporary();
  }
  return { requests, tenants };
}

/** What a sync of these types reads besides users, and what is wrong with the types where one is unknown. */
function readsOf(include: readonly string[] | undefined): {
  readonly problem: readonly string[];
  /** The words of `--include` that count. */
  readonly included: ReadonlySet<string>;
  readonly lists: readonly WholeList<unknown>[];
  readonly tenantReads: readonly TenantReadWanted[];
} {
  try {
    const { lists, all, tenantFamilies } = listedTypes(include);
    return {
      problem: [],
      included: new Set(all.map(({ words, includedWith = words.id }) => includedWith)),
      lists: lists.map(({ whole }) => whole),
      tenantReads: tenantFamilies.map((family) => ({
        family,
        typeIds: all
          .filter((type) => type.tenantFamilies?.includes(family))
          .map(({ words, includedWith = words.id }) => includedWith),
      })),
    };
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return { problem: [thrown.message], included: new Set(), lists: [], tenantReads: [] };
    }
    throw thrown;
  }
}
