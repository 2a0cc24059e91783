import type { Environment } from '../config/environment.ts';
import { type OneShotGiven, resolveOneShot } from '../config/one-shot.ts';
import type { OneShotName, OneShotValues } from '../config/one-shot-flags.ts';
import { type SettingFlags, settingSources } from './setting-sources.ts';

/**
 * What is asked for by flags of the ecosystem, wherever it is said; `names` are those that are looked at, all by default.
 * A config file that cannot be read is told with the settings.
 */
export async function readOneShot(
  options: SettingFlags & OneShotGiven,
  env: Environment,
  names?: readonly OneShotName[],
): Promise<OneShotValues> {
  const { openFile } = await settingSources(options, env);
  return resolveOneShot(options, env, inFile(), names);

  function inFile(): Parameters<typeof resolveOneShot>[2] {
    try {
      return openFile?.()?.oneShot;
    } catch {
      return undefined;
    }
  }
}
