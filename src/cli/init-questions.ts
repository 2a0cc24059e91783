import type { FileValue } from '../config/config-file.ts';
import { checkKey, findCompanyKey, findManagementKey, isKeyNamed } from '../config/management-key.ts';
import { deriveBaseUrl, parseProjectId } from '../descope/base-url.ts';
import { generalPerMinute } from '../descope/http/pacing.ts';
import { gravestKind } from '../doctor/check.ts';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { Secret } from '../secret.ts';
import { examineAndTell } from './doctor.ts';
import type { CommandContext } from './command-context.ts';
import { type Prompts, readStdin } from './prompts.ts';
import { prose } from './results.ts';
import { routeTo } from './route.ts';

export type InitContext = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/** Answers that are known before any question, and where each comes from. */
export interface Given {
  readonly projectId: string | undefined;
  readonly baseUrl: string | undefined;
  readonly caFile: string | undefined;
  /** Opt-in types to read; undefined where nobody has named any. */
  readonly include: readonly string[] | undefined;
  /** The key file of the settings that are to be overwritten. */
  readonly keyFile: FileValue | undefined;
  /** The same for the key of the company, which is kept. */
  readonly companyKeyFile: FileValue | undefined;
  readonly sources: readonly string[];
}

/** The setup to be written to the config file and the key file. */
export interface Setup {
  readonly projectId: string;
  readonly baseUrl: string | undefined;
  readonly caFile: string | undefined;
  readonly include: readonly string[];
  readonly key: Secret;
  readonly companyKeyFile: FileValue | undefined;
}

interface Asking {
  /** Undefined where nobody can be asked. */
  readonly prompts: Prompts | undefined;
  readonly context: InitContext;
  readonly skipDoctor: boolean;
}

/** How often a refused id or key is asked for again: enough for a typing mistake. */
const mostTries = 3;

/**
 * The setup that works, or that a person wants in spite of a failure. A refused id or key is asked for again, a few
 * times.
 */
export async function askForSetup(given: Given, { prompts, context, skipDoctor }: Asking): Promise<Setup> {
  if (given.sources.length > 0) {
    context.print(`Taking ${given.sources.join(' and ')}.`);
  }
  let setup = await firstSetup(given, prompts, context);
  const isAsked = given.include === undefined;
  if (skipDoctor) {
    return isAsked ? await withTypes(setup, undefined, { prompts, context, skipDoctor }) : setup;
  }
  for (let tries = 1; ; tries += 1) {
    const seen = await checkSetup(setup, context);
    const { kind } = seen;
    if (kind === undefined) {
      return isAsked ? await withTypes(setup, seen, { prompts, context, skipDoctor }) : setup;
    }
    if (prompts === undefined) {
      throw new ConnectorError(
        kind,
        'this setup does not work yet and was not written: fix it, or write it anyway with --skip-doctor',
      );
    }
    if (tries === mostTries || (kind !== 'unauthenticated' && kind !== 'forbidden')) {
      if (await prompts.confirm('It does not work yet. Write it anyway?')) {
        return setup;
      }
      throw new ConnectorError(kind, 'nothing was written');
    }
    context.print(prose(`${hintFor(kind)} Try again (Ctrl-C stops, and nothing is written):`).join('\n'));
    setup = await askAgain(setup, kind, prompts);
  }
}

/** The setup with the opt-in types that a person wants, as far as somebody can be asked. */
async function withTypes(
  setup: Setup,
  seen: SetupSeen | undefined,
  { prompts, context, skipDoctor }: Asking,
): Promise<Setup> {
  if (prompts === undefined) {
    return setup;
  }
  const baseUrl = setup.baseUrl ?? deriveBaseUrl(setup.projectId);
  const { askForTypes } = await import('./init-include.ts');
  const include = await askForTypes(prompts, context.print, {
    tenants: seen?.tenants,
    perMinute: generalPerMinute({ rateLimit: 'auto', baseUrl }),
    mayRead: async (types) =>
      skipDoctor || (await checkSetup({ ...setup, include: types }, context, seen?.names)).kind === undefined,
  });
  return { ...setup, include };
}

async function firstSetup(
  { projectId: given, baseUrl, caFile, include = [], keyFile, companyKeyFile }: Given,
  prompts: Prompts | undefined,
  context: InitContext,
): Promise<Setup> {
  if (given === undefined && prompts === undefined) {
    throw new ConnectorError(
      'config',
      '--project-id is not given, and there is no terminal to ask on: copy it from Console > Project',
    );
  }
  const projectId =
    given ?? parseProjectId((await prompts?.text('Project id (Console > Project)', likelyProjectId)) ?? '');
  const key = new Secret(await firstKey(keyFile, prompts, context));
  return { projectId, baseUrl, caFile, include, key, companyKeyFile };
}

async function firstKey(
  keyFile: FileValue | undefined,
  prompts: Prompts | undefined,
  { env, signal, print }: InitContext,
): Promise<string> {
  if (isKeyNamed(env)) {
    const { key, source } = findManagementKey(env);
    print(`Taking the key from ${source}.`);
    return key().reveal();
  }
  if (prompts !== undefined) {
    return await askForKey(prompts);
  }
  const text = (await readStdin(signal)).trim();
  if (text === '' && keyFile !== undefined) {
    const { key, path = '' } = findManagementKey(env, keyFile);
    print(`Taking the key from ${path}.`);
    return key().reveal();
  }
  return checkKey(text, 'stdin');
}

/** After a 401 either may be wrong; after a 403 the id and the key are known, and the key is too weak. */
async function askAgain({ projectId, ...others }: Setup, kind: ErrorKind, prompts: Prompts): Promise<Setup> {
  const again =
    kind === 'forbidden'
      ? projectId
      : parseProjectId(await prompts.text('Project id (Enter keeps it)', likelyProjectId, projectId));
  return { ...others, projectId: again, key: new Secret(await askForKey(prompts)) };
}

function askForKey(prompts: Prompts): Promise<string> {
  return prompts.hidden('Management key (Console > Company > Management Keys)', (text) => checkKey(text, 'this'));
}

function hintFor(kind: ErrorKind): string {
  return kind === 'forbidden'
    ? 'The key is known, but may not read this: look at its rights, its project and its permitted IPs.'
    : 'Compare the project id with Console > Project; paste the whole key, which is shown only once, or make a new one.';
}

/** Checks the form of a typed id before asking for the key, since Descope would refuse it only afterwards. */
function likelyProjectId(text: string): string {
  const projectId = parseProjectId(text);
  if (projectId.length !== 28 && projectId.length !== 32) {
    throw new ConnectorError(
      'config',
      `a project id has 28 or 32 characters, this has ${projectId.length}: is a part missing? (if it is right, give it with --project-id)`,
    );
  }
  return projectId;
}

/** What doctor found: the kind of the gravest failure, or undefined when all is well. */
interface SetupSeen {
  readonly kind: ErrorKind | undefined;
  readonly tenants: number | undefined;
  /** Names of its checks. */
  readonly names: ReadonlySet<string>;
}

const neverShown = new Set(['config file', 'key file', 'company key', 'TLS files', 'write rights']);

/** Runs doctor. Of a second run, those checks are shown that the first one did not have. */
async function checkSetup(
  { projectId, baseUrl, caFile, include, key, companyKeyFile }: Setup,
  { env, signal, print }: InitContext,
  before: ReadonlySet<string> = new Set(),
): Promise<SetupSeen> {
  const address = baseUrl ?? deriveBaseUrl(projectId);
  const companyKey = findCompanyKey(env, companyKeyFile);
  print(`\nAsking ${address}:`);
  const { checks, tenants } = await examineAndTell(
    {
      problems: [],
      configFile: undefined,
      env,
      projectId,
      baseUrl,
      key: { reveal: () => key, source: 'you' },
      companyKey: companyKey && { reveal: companyKey.key, source: companyKey.source, path: companyKey.path },
      route: routeTo(address, caFile, env),
      rateLimit: 'auto',
      maxParallelFetches: 6,
      provisioning: false,
      include,
      tls: {},
      out: undefined,
      signal,
    },
    print,
    ({ name, level }) => !neverShown.has(name) && (level === 'fail' || name === 'full sync' || !before.has(name)),
  );
  print('');
  return { kind: gravestKind(checks), tenants, names: new Set(checks.map(({ name }) => name)) };
}
