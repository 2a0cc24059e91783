import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { homeConfigPath } from '../config/config-file-path.ts';
import type { Environment } from '../config/load.ts';
import { checkKey } from '../config/management-key.ts';
import { deriveBaseUrl, parseBaseUrl, parseProjectId } from '../descope/base-url.ts';
import { gravestKind } from '../doctor/check.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { keyPathBeside, writeSetup } from '../output/setup-files.ts';
import { Secret } from '../secret.ts';
import { examineAndTell } from './doctor.ts';
import { createPrompts, type Prompts, readStdin } from './prompts.ts';
import type { CommandContext } from './program.ts';

export interface InitFlags {
  readonly projectId?: string;
  readonly baseUrl?: string;
  readonly config?: string;
  readonly skipDoctor?: boolean;
  readonly force?: boolean;
}

type InitContext = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/**
 * Asks for what a sync needs, looks whether it works, and only then writes it down. Whatever ends it before leaves no
 * file behind. Without a terminal nothing is asked: what is missing, stands in the way or does not work is an error.
 */
export async function init(flags: InitFlags, context: InitContext): Promise<void> {
  const { env, signal, print } = context;
  const path = targetOf(flags, env);
  const prompts = createPrompts(signal);
  const force = flags.force === true || (await mayOverwrite(path, prompts));
  const projectId = await projectIdOf(flags, env, prompts);
  const baseUrl = flags.baseUrl === undefined ? undefined : parseBaseUrl(flags.baseUrl);
  const key = new Secret(await keyOf(env, prompts, context));

  if (flags.skipDoctor !== true) {
    await checkSetup({ projectId, baseUrl, key }, prompts, context);
  }
  throwIfCancelled(signal);
  await writeSetup({ path, projectId, baseUrl, key, force });
  print(`Wrote ${path}\nWrote ${keyPathBeside(path)} (the key)\n\nNext: baton-descope sync --out sync.json${isFoundByItself(path, env) ? '' : ` --config ${path}`}`);
}

function targetOf({ config }: InitFlags, env: Environment): string {
  const path = config === undefined ? homeConfigPath(env) : resolve(config);
  if (path === undefined) {
    throw new ConnectorError('config', 'there is no home folder (HOME) to write to: name the file with --config');
  }
  return path;
}

function isFoundByItself(path: string, env: Environment): boolean {
  return path === homeConfigPath(env) || path === resolve('baton.yaml');
}

async function mayOverwrite(path: string, prompts: Prompts | undefined): Promise<boolean> {
  const there = [path, keyPathBeside(path)].filter((file) => existsSync(file));
  if (there.length === 0) {
    return false;
  }
  const what = there.join(' and ');
  if (prompts === undefined) {
    throw new ConnectorError('config', `${what} would be overwritten: add --force, or name another file with --config`);
  }
  if (!(await prompts.confirm(`Overwrite ${what}?`))) {
    throw new ConnectorError('cancelled', 'nothing was written, and nothing overwritten');
  }
  return true;
}

async function projectIdOf({ projectId }: InitFlags, env: Environment, prompts: Prompts | undefined): Promise<string> {
  const given = projectId ?? firstSet(env, 'BATON_DESCOPE_PROJECT_ID', 'DESCOPE_PROJECT_ID');
  if (given !== undefined) {
    return parseProjectId(given);
  }
  if (prompts === undefined) {
    throw new ConnectorError('config', '--project-id is not given, and there is no terminal to ask at: copy it from Console > Project');
  }
  return parseProjectId(await prompts.text('Project id (Console > Project)', parseProjectId));
}

async function keyOf(env: Environment, prompts: Prompts | undefined, { signal, print }: InitContext): Promise<string> {
  const given = firstSet(env, 'BATON_DESCOPE_MANAGEMENT_KEY', 'DESCOPE_MANAGEMENT_KEY');
  if (given !== undefined) {
    print('Taking the key from DESCOPE_MANAGEMENT_KEY.');
    return checkKey(given, 'DESCOPE_MANAGEMENT_KEY');
  }
  if (prompts !== undefined) {
    return await prompts.hidden('Management key (Console > Company > Management Keys)', (text) => checkKey(text, 'this'));
  }
  return checkKey((await readStdin(signal)).trim(), 'stdin');
}

function firstSet(env: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== '');
}

interface Setup {
  readonly projectId: string;
  readonly baseUrl: string | undefined;
  readonly key: Secret;
}

/** Runs doctor. A person may go on in spite of a failure; a script may not. */
async function checkSetup({ projectId, baseUrl, key }: Setup, prompts: Prompts | undefined, { signal, print }: InitContext): Promise<void> {
  print(`\nAsking ${baseUrl ?? deriveBaseUrl(projectId)}:`);
  const { checks } = await examineAndTell(
    { problems: [], configFile: undefined, projectId, baseUrl, key: { reveal: () => key, source: 'you' }, rateLimit: 'auto', maxParallelFetches: 6, provisioning: false, tls: {}, out: undefined, signal },
    print,
    (check) => !['config file', 'key file', 'TLS files', 'write rights'].includes(check.name),
  );
  print('');
  const kind = gravestKind(checks);
  if (kind === undefined) {
    return;
  }
  if (prompts === undefined) {
    throw new ConnectorError(kind, 'this setup does not work yet, and was not written: mend it, or write it all the same with --skip-doctor');
  }
  if (!(await prompts.confirm('It does not work yet. Write it all the same?'))) {
    throw new ConnectorError(kind, 'nothing was written');
  }
}
