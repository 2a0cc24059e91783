import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { refuseKeyForm } from './key-form.ts';
import type { Environment } from './environment.ts';

/** Environment names of --config; the second is the ecosystem's. */
export const configVariables = ['BATON_CONFIG', 'BATON_CONFIG_PATH'] as const;

/** What is used of the current folder without being named: our own name, then that of every Baton connector. */
export const foundNames = ['baton.yaml', '.baton.yaml'] as const;

export interface ConfigFilePlace {
  /** What --config said. */
  readonly flag: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

/**
 * The config file that is used. One that was not named but found is used only where no other user could have written
 * it.
 */
export interface ConfigFilePath {
  readonly path: string;
  readonly by: 'name' | 'folder' | 'home';
  /** A folder that the environment names, for a file below it: what is above that folder is not looked at. */
  readonly base?: string;
}

/**
 * The one config file that counts: the one that is named (--config, BATON_CONFIG), else `./baton.yaml` or
 * `./.baton.yaml`, else the one in the home folder, else none. Files are not merged. A named one that is not there is a `config` error.
 */
export function configFilePath({ flag, env, cwd }: ConfigFilePlace): ConfigFilePath | undefined {
  const named = namedConfigPath({ flag, env, cwd });
  if (named !== undefined) {
    if (!existsSync(named.path)) {
      throw new ConnectorError('config', `${named.source}: there is no file ${named.path}`);
    }
    return { path: named.path, by: 'name' };
  }
  const here = foundNames.map((name) => join(cwd, name)).find((path) => existsSync(path));
  if (here !== undefined) {
    return { path: here, by: 'folder' };
  }
  const home = homeConfig(env);
  return home !== undefined && existsSync(home.path) ? home : undefined;
}

/**
 * The path that --config or the environment gives, whether there is a file or not; an empty one or a key is a `config`
 * error.
 */
export function namedConfigPath({
  flag,
  env,
  cwd,
}: ConfigFilePlace): { readonly path: string; readonly source: string } | undefined {
  const variable = configVariables.find((name) => (env[name]?.trim() ?? '') !== '');
  const text = flag ?? (variable === undefined ? undefined : env[variable]?.trim());
  const source = flag === undefined ? (variable ?? '') : '--config';
  if (text === undefined) {
    return undefined;
  }
  if (text.trim() === '') {
    throw new ConnectorError('config', `${source} is empty: name a file, or leave it out`);
  }
  refuseKeyForm(text, source);
  if (source === 'BATON_CONFIG_PATH' && !/\.ya?ml$/.test(text)) {
    throw new ConnectorError(
      'config',
      'BATON_CONFIG_PATH must name a file that ends with .yaml or .yml, as with every Baton connector; BATON_CONFIG takes any name',
    );
  }
  return { path: resolve(cwd, text), source };
}

/** `~/.config/baton-descope/config.yaml`, or below XDG_CONFIG_HOME; undefined for a user without a home. */
export function homeConfigPath(env: Environment): string | undefined {
  return homeConfig(env)?.path;
}

/** The same with how far up it is to be trusted. */
export function homeConfig({ XDG_CONFIG_HOME: xdg = '', HOME: home = '' }: Environment): ConfigFilePath | undefined {
  const base = xdg.startsWith('/') ? xdg : home === '' ? undefined : resolve(home);
  if (base === undefined) {
    return undefined;
  }
  return { base, by: 'home', path: join(base === xdg ? base : join(base, '.config'), 'baton-descope', 'config.yaml') };
}
