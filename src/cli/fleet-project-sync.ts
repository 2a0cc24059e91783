import { devNull } from 'node:os';
import { z } from 'zod';
import { settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { Made } from '../fleet/engine.ts';
import { stageFile } from '../fleet/folder.ts';
import type { Permits } from '../fleet/budgets.ts';
import { keyOf } from '../fleet/key.ts';
import { projectEnv } from '../fleet/project-env.ts';
import type { SyncProject } from '../fleet/work.ts';
import type { CommandContext } from './command-context.ts';
import { type ChildRun, faultOf, runChild } from './fleet-child.ts';
import { storeCommand, syncCommand } from './fleet-child-commands.ts';
import { makeFolder } from './fleet-doctor.ts';

/**
 * Syncs a project by a run of `sync` in a process of its own, into a file beside the project's latest one. Where the
 * project has a store, the file goes into that before it becomes the latest, as with `sync --history`.
 */
export function projectSync(
  env: CommandContext['env'],
  permits: ReadonlyMap<string, Permits> = new Map(),
): SyncProject {
  return async (project, lease, signal) => {
    await makeFolder(project.folder);
    const key = await keyOf(project, env, signal);
    const warnings: string[] = [];
    const own = project.group === undefined ? undefined : permits.get(project.group);
    const run = async (
      words: readonly string[],
      given: Readonly<Record<string, string>>,
      shared?: Permits,
    ): Promise<ChildRun> => {
      const ended = await runChild(words, { env: given, signal, permits: shared });
      if (signal.aborted) {
        throw new ConnectorError('cancelled', 'the sync was stopped before it was done');
      }
      if (ended.code !== 0) {
        throw faultOf(ended);
      }
      warnings.push(...ended.said.flatMap(({ level, text }) => (level === 'warn' ? [text] : [])));
      return ended;
    };
    const { history, historyKeepMs } = project;
    const staged = await stageFile(project, lease);
    try {
      const { stdout } = await run(
        [syncCommand, '--out', staged.path, '--json', '--config', devNull, ...(own === undefined ? [] : ['--permits'])],
        projectEnv(project, key, env),
        own,
      );
      return {
        made: madeOf(stdout),
        // The address of a store may have a password in it, which others would see on a command line.
        ...(history !== undefined && {
          beforePlace: async () => {
            const keep = historyKeepMs === undefined ? [] : ['--keep-ms', String(historyKeepMs)];
            const words = [storeCommand, staged.path, '--project', project.id, '--latest', staged.latest, ...keep];
            await run(words, { ...projectEnv(project, undefined, env), [settings.history.env[0]]: history });
          },
        }),
        place: staged.place,
        afterPlace: staged.keep,
        discard: staged.discard,
        warnings,
      };
    } catch (thrown) {
      staged.discard();
      throw thrown;
    }
  };
}

const counts = z.object({ total: z.number() }).partial().catchall(z.number());
const summary = z.object({
  complete: z.literal(true),
  startedAt: z.string(),
  finishedAt: z.string(),
  counts: z.object({ resources: z.object({ user: z.number().default(0) }), grants: counts }),
  requests: counts,
});

/** What the summary on stdout tells. */
function madeOf(stdout: string): Made {
  const { startedAt, finishedAt, counts: found, requests } = summary.parse(JSON.parse(stdout));
  return {
    startedMs: Date.parse(startedAt),
    finishedMs: Date.parse(finishedAt),
    users: found.resources.user,
    grants: found.grants.total ?? 0,
    requests: requests.total ?? 0,
  };
}
