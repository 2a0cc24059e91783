import { statSync } from 'node:fs';
import { devNull } from 'node:os';
import { z } from 'zod';
import { settings } from '../config/settings.ts';
import { ConnectorError } from '../errors.ts';
import type { Made, NewEvent } from '../fleet/engine.ts';
import { placedBefore, stageFile } from '../fleet/folder.ts';
import type { Permits } from '../fleet/budgets.ts';
import { keyOf } from '../fleet/key.ts';
import { projectEnv } from '../fleet/project-env.ts';
import type { S3Pointer } from '../fleet/s3/pointer.ts';
import { type AccessChanges, eventsOf } from '../fleet/webhooks/events.ts';
import type { SyncProject } from '../fleet/work.ts';
import type { SyncExtent } from '../sync/guard.ts';
import { tenantRoleWords } from '../sync-format/summary.ts';
import type { CommandContext } from './command-context.ts';
import { type ChildRun, faultOf, runChild } from './fleet-child.ts';
import { storeCommand, syncCommand } from './fleet-child-commands.ts';
import { makeFolder } from './fleet-doctor.ts';
import { changesSince } from './fleet-changes-since.ts';
import { openProjectS3 } from './fleet-s3.ts';

/**
 * Syncs a project by a run of `sync` in a process of its own, into a file beside the project's latest one. Where the
 * project has a bucket or a store, the file goes into those before it becomes the latest. What an earlier try of the same
 * run put into its place already is not done again, unless somebody waits for what is there now (`isAnew`).
 */
export function projectSync(
  env: CommandContext['env'],
  permits: ReadonlyMap<string, Permits> = new Map(),
  { isAnew = false }: { readonly isAnew?: boolean } = {},
): SyncProject {
  return async (project, lease, signal) => {
    await makeFolder(project.folder);
    const placed = isAnew ? undefined : placedBefore(project, lease);
    if (placed !== undefined) {
      const warnings = [
        'an earlier try put this sync into its place and ended before that was written down; it is now',
      ];
      const { made, events, place, keep } = placed;
      return { made, events: () => events, place, afterPlace: keep, warnings };
    }
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
    const { history, historyKeepMs, format } = project;
    const s3 = await openProjectS3(project, { env, signal });
    const staged = await stageFile(project, lease);
    try {
      const standsMs = modifiedMs(staged.latest);
      const { stdout } = await run(
        [syncCommand, '--out', staged.path, '--json', '--config', devNull, ...(own === undefined ? [] : ['--permits'])],
        projectEnv(project, key, env),
        own,
      );
      const { made, extent } = readSummary(stdout);
      let stored: S3Pointer | undefined;
      let changes: AccessChanges | undefined;
      const events = (): readonly NewEvent[] =>
        eventsOf({ project, lease, made, changes, latest: stored && s3?.client.placeOf(stored.object) });
      return {
        made,
        beforePlace: async () => {
          if (s3 !== undefined) {
            const { maxShrink = settings.maxShrink.default } = project.settings;
            await s3.output.compare(extent, Number(maxShrink), standsMs);
            stored = await s3.output.store(staged.path, { lease, made, extent, format });
          }
          // The address of a store may have a password in it, which others would see on a command line.
          if (history !== undefined) {
            const keep = historyKeepMs === undefined ? [] : ['--keep-ms', String(historyKeepMs)];
            const words = [storeCommand, staged.path, '--project', project.id, '--latest', staged.latest, ...keep];
            await run(words, { ...projectEnv(project, undefined, env), [settings.history.env[0]]: history });
          }
          if (project.webhooks.some(({ events }) => events.includes('access.changed'))) {
            changes = await changesSince(project, lease, { staged, s3, run, env });
          }
          if (stored !== undefined) {
            await s3?.output.point(stored);
          }
        },
        events,
        place: () => staged.place({ made, events: events() }),
        afterPlace: async () => {
          await staged.keep();
          await s3?.output.tidy(project.keep);
        },
        discard: async () => {
          staged.discard();
          if (stored !== undefined) {
            await s3?.output.discard(stored);
          }
        },
        warnings,
      };
    } catch (thrown) {
      staged.discard();
      throw thrown;
    }
  };
}

const counts = z.record(z.string(), z.number());
const summary = z.object({
  complete: z.literal(true),
  projectId: z.string(),
  tenantRoles: z.enum(tenantRoleWords).optional(),
  startedAt: z.string(),
  finishedAt: z.string(),
  counts: z.object({ resources: counts, grants: counts }),
  requests: counts,
});

/** What the summary on stdout tells. */
function readSummary(stdout: string): { readonly made: Made; readonly extent: SyncExtent } {
  const { complete: _complete, startedAt, finishedAt, requests, ...extent } = summary.parse(JSON.parse(stdout));
  return {
    made: {
      startedMs: Date.parse(startedAt),
      finishedMs: Date.parse(finishedAt),
      users: extent.counts.resources['user'] ?? 0,
      grants: extent.counts.grants['total'] ?? 0,
      requests: requests['total'] ?? 0,
    },
    extent,
  };
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
