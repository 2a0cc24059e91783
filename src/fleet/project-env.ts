import type { Environment } from '../config/environment.ts';
import { type SettingName, settings } from '../config/settings.ts';
import { Secret } from '../secret.ts';
import type { FleetProject } from './fleet.ts';
import type { KeyVariables } from './key.ts';

/** Variables of ours: another project's setup must not reach this one. */
const ours = /^(?:BATON_|DESCOPE_)/;
/** How PostgreSQL is reached, where runs or stores are: whoever reads Descope need not know. */
const postgres = /^PG[A-Z]+$/;

/**
 * The environment of a process that works on one project: that of ours without the settings of any project, and with
 * those that the fleet's file has. It gets no key but that of the project, or, where that is left out, none, and what PostgreSQL is
 * reached with. Errors come as
 * lines of JSON.
 */
export function projectEnv(
  project: FleetProject,
  key: KeyVariables | undefined,
  env: Environment,
): Record<string, string> {
  const values: Partial<Record<SettingName, string>> = {
    ...project.settings,
    projectId: project.id,
    ...(project.baseUrl !== undefined && { baseUrl: project.baseUrl }),
    ...(project.include.length > 0 && { include: project.include.join(',') }),
    logFormat: 'json',
  };
  return {
    ...Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) =>
        value === undefined ||
        ours.test(name) ||
        (key !== undefined && postgres.test(name)) ||
        project.keysOfFleet.includes(name)
          ? []
          : [[name, value]],
      ),
    ),
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [settings[name as SettingName].env[0], value])),
    ...Object.fromEntries(
      Object.entries(key ?? {}).map(([name, value]: [string, unknown]) => [
        name,
        value instanceof Secret ? value.reveal() : String(value),
      ]),
    ),
  };
}
