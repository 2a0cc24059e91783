import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetEngine } from '../fleet/engine.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { openSqliteEngine } from '../fleet/sqlite-engine.ts';
import { printable } from '../printable.ts';
import { isPostgres, shownStore } from '../store-url.ts';

export interface EngineFlags {
  readonly engine?: string;
}

export const engineVariable = 'BATON_FLEET_ENGINE';

/** An engine, and what it may be called. */
export interface OpenedEngine {
  readonly engine: FleetEngine;
  readonly name: string;
}

/** The engine of --engine, else of the environment, else a file beside that of the fleet. */
export async function openEngine(
  fleet: Fleet,
  flags: EngineFlags,
  env: Environment,
  doing: 'read' | 'write' = 'write',
): Promise<OpenedEngine> {
  const named = flags.engine ?? (env[engineVariable]?.trim() || undefined);
  const path = named === undefined ? join(dirname(fleet.path), 'fleet.db') : /^sqlite:(.+)$/.exec(named)?.[1];
  if (path !== undefined) {
    return { engine: openSqliteEngine(resolve(path), { groups: fleet.groups }), name: `sqlite:${path}` };
  }
  if (named !== undefined && isPostgres(named)) {
    refuseLongTimeouts(fleet);
    const { openPostgresEngine } = await import('../fleet/postgres-engine.ts');
    return { engine: await openPostgresEngine(named, { groups: fleet.groups, doing }), name: shownStore(named) };
  }
  throw new ConnectorError(
    'config',
    `${flags.engine === undefined ? engineVariable : '--engine'} ${printable(shownStore(named ?? ''))} is no ` +
      'engine: give sqlite:FILE or postgres://HOST/DATABASE',
  );
}

/** A job of PostgreSQL is over after 23 hours, whatever its worker says. */
const longestTimeoutMs = 22 * 3_600_000;

function refuseLongTimeouts({ projects }: Fleet): void {
  const wrong = projects.filter(({ timeoutMs }) => timeoutMs > longestTimeoutMs);
  if (wrong.length > 0) {
    const lines = wrong.map(
      ({ place, name }) => `${place} ${name}: timeout is longer than 22h, the most in PostgreSQL`,
    );
    throw new ConnectorError('config', lines.join('\n'));
  }
}
