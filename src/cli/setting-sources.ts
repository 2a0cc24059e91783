import type { ConfigFile } from '../config/config-file.ts';
import { configFilePath, type ConfigFilePlace } from '../config/config-file-path.ts';
import type { Environment, Flags, LoadOptions } from '../config/load.ts';
import { parseBaseUrl, parseProjectId } from '../descope/base-url.ts';
import { ConnectorError } from '../errors.ts';

/** The settings' flags, and the flag that names the config file. */
export type SettingFlags = Flags & { readonly config?: string };

/** Where a command's settings come from: its flags, the environment, the config file. The loading itself is done in `config/`. */
export async function settingSources(flags: SettingFlags, env: Environment): Promise<Pick<LoadOptions, 'flags' | 'env' | 'openFile' | 'refine'>> {
  return {
    flags,
    env,
    openFile: await fileOpener({ flag: flags.config, env, cwd: process.cwd() }),
    refine: { projectId: parseProjectId, baseUrl: parseBaseUrl },
  };
}

/** What reads YAML is loaded only where there is a file. If a named one is not there, that is told when it is opened. */
async function fileOpener(place: ConfigFilePlace): Promise<() => ConfigFile | undefined> {
  let path: string | undefined;
  try {
    path = configFilePath(place);
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
  if (path === undefined) {
    return () => undefined;
  }
  const { readConfigFile } = await import('../config/config-file.ts');
  return () => readConfigFile(path);
}

/** We check certificates whatever this says; who sets it means to go without, and must not believe that it helped. */
export function refuseTlsBypass(env: Environment): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    throw new ConnectorError('config', 'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: certificates are always checked; unset it, and give the CA of a proxy with NODE_EXTRA_CA_CERTS');
  }
}
