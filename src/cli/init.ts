import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ConfigFile } from '../config/config-file.ts';
import { configFilePath, homeConfig, homeConfigPath, namedConfigPath } from '../config/config-file-path.ts';
import type { Environment } from '../config/environment.ts';
import { resolveSettings } from '../config/load.ts';
import type { SettingName } from '../config/settings.ts';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { whoElseCanChange } from '../file-trust.ts';
import { keyPathBeside, writeSetup } from '../output/setup-files.ts';
import { listedTypes } from '../registry.ts';
import { shellWord } from '../shell-word.ts';
import { howCalled } from './how-called.ts';
import { askForSetup, type Given, type InitContext } from './init-questions.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { environmentChecks, refine, type SettingFlags, settingSources } from './setting-sources.ts';

export type InitFlags = Pick<SettingFlags, 'projectId' | 'baseUrl' | 'caFile' | 'include' | 'config'> & {
  readonly skipDoctor?: boolean;
  readonly force?: boolean;
};

/**
 * Asks for what a sync needs, checks that it works, and only then writes the files. If it ends before, it leaves no
 * file behind. Without a terminal nothing is asked: what is missing, stands in the way or does not work is an error.
 */
export async function init(flags: InitFlags, context: InitContext): Promise<void> {
  const { env, signal, print } = context;
  const path = targetOf(flags, env);
  const given = await givenBy(flags, env, path);
  const prompts = createPrompts(signal);
  const force = flags.force === true || (await mayOverwrite(path, prompts));
  const setup = await askForSetup(given, { prompts, context, skipDoctor: flags.skipDoctor === true });
  throwIfCancelled(signal);
  await writeSetup({ ...setup, path, force });
  const config = (await isFoundByItself(path, env)) ? '' : ` --config ${shellWord(path)}`;
  print(
    `Wrote ${path}\nWrote ${keyPathBeside(path)} (the key)\n${noteOnFolder(path, env)}\nNext: ${howCalled(env)} sync ` +
      `--out sync.json${config}`,
  );
}

/**
 * The file that every command reads: the named one, else the one at home. `./baton.yaml` is written only when it is
 * named.
 */
function targetOf({ config }: InitFlags, env: Environment): string {
  const path = namedConfigPath({ flag: config, env, cwd: process.cwd() })?.path ?? homeConfigPath(env);
  if (path === undefined) {
    throw new ConnectorError('config', 'there is no home folder (HOME) to write to: name the file with --config');
  }
  return path;
}

/**
 * What flags, environment and the file that is to be overwritten say, in this order, as for every command. What is
 * wrong with flags or environment is told; what is wrong with the file is about to go.
 */
async function givenBy(
  { projectId, baseUrl, caFile, include }: InitFlags,
  env: Environment,
  path: string,
): Promise<Given> {
  const before = await fileBefore(path, env);
  const flags = {
    ...(projectId !== undefined && { projectId }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(caFile !== undefined && { caFile }),
    ...(include !== undefined && { include }),
  };
  const { values, origins, problems } = resolveSettings({
    flags,
    env,
    openFile: () => before,
    refine,
    alsoCheck: environmentChecks(env),
  });
  const written = new Set<SettingName | undefined>(['projectId', 'baseUrl', 'include']);
  const ours = problems.filter(
    ({ setting }) => setting === undefined || (written.has(setting) && origins[setting] !== undefined),
  );
  const told = ours.filter(({ message }) => !message.startsWith(`${path}:`));
  if (told.length > 0) {
    throw new ConnectorError('config', told.map(({ message }) => message).join('\n'));
  }
  const sources = [origins.projectId, origins.baseUrl, origins.include].flatMap((origin) =>
    origin === undefined || origin.source.startsWith('--') ? [] : [origin.source],
  );
  return {
    projectId: values.projectId,
    baseUrl: values.baseUrl,
    caFile: values.caFile,
    include: knownTypes(values.include, origins.include?.source.startsWith(`${path}:`) === true),
    keyFile: before?.keyFile,
    companyKeyFile: before?.companyKeyFile,
    sources,
  };
}

/** Refuses a name that no type has before anything is asked; in the file that is to be overwritten it is ignored. */
function knownTypes(include: readonly string[] | undefined, isFromFile: boolean): readonly string[] | undefined {
  try {
    listedTypes(include);
    return include;
  } catch (thrown) {
    if (isFromFile) {
      return undefined;
    }
    throw thrown;
  }
}

async function fileBefore(path: string, env: Environment): Promise<ConfigFile | undefined> {
  if (!existsSync(path)) {
    return undefined;
  }
  const { readConfigFile } = await import('../config/config-file.ts');
  const home = homeConfig(env);
  try {
    return readConfigFile(home?.path === path ? home : { path, by: 'name' });
  } catch {
    return undefined; // not a settings file, or one that others may write: ignored
  }
}

async function isFoundByItself(path: string, env: Environment): Promise<boolean> {
  if (configFilePath({ flag: undefined, env, cwd: process.cwd() })?.path !== path) {
    return false;
  }
  return resolveSettings(await settingSources({}, env)).problems.length === 0;
}

/** Warns of a folder that others may write to: they could replace these two files. */
function noteOnFolder(path: string, env: Environment): string {
  const isHome = path === homeConfigPath(env);
  const problem = isHome ? undefined : whoElseCanChange(dirname(path));
  return problem === undefined ? '' : `note: ${problem}: the file is used only when it is named with --config\n`;
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
