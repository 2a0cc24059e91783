import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConnectorError } from '../errors.ts';
import type { Environment } from './load.ts';

/** Environment names of --config; the second is the ecosystem's. */
export const configVariables = ['BATON_CONFIG', 'BATON_CONFIG_PATH'] as const;

export interface ConfigFilePlace {
  /** What --config said. */
  readonly flag: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

/**
 * The path of the one config file that counts: the one that is named (--config, BATON_CONFIG), else `./baton.yaml`, else the
 * one in the home folder, else none. Files are not merged. A named one that is not there is a `config` error.
 */
export function configFilePath({ flag, env, cwd }: ConfigFilePlace): string | undefined {
  const variable = configVariables.find((name) => (env[name]?.trim() ?? '') !== '');
  const named = flag ?? (variable === undefined ? undefined : env[variable]?.trim());
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (named === '' || !existsSync(path)) {
      throw new ConnectorError('config', `${flag === undefined ? variable : '--config'}: there is no file ${path}`);
    }
    return path;
  }
  return [join(cwd, 'baton.yaml'), homeConfigPath(env)].find((candidate) => candidate !== undefined && existsSync(candidate));
}

/** `~/.config/baton-descope/config.yaml`, or below XDG_CONFIG_HOME; undefined for a user without a home. */
export function homeConfigPath({ XDG_CONFIG_HOME: xdg = '', HOME: home = '' }: Environment): string | undefined {
  if (xdg.startsWith('/')) {
    return join(xdg, 'baton-descope', 'config.yaml');
  }
  return home === '' ? undefined : join(home, '.config', 'baton-descope', 'config.yaml');
}
