import { dirname, join } from 'node:path';
import { settings } from '../config/settings.ts';
import type { Lease } from '../fleet/engine.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import type { Staged } from '../fleet/folder.ts';
import { projectEnv } from '../fleet/project-env.ts';
import type { AccessChanges } from '../fleet/webhooks/events.ts';
import { openKeptFiles } from '../output/kept-files.ts';
import type { CommandContext } from './command-context.ts';
import type { ChildRun } from './fleet-child.ts';
import { changesCommand } from './fleet-child-commands.ts';
import { copyObject, type OpenedS3 } from './fleet-s3.ts';

export interface SinceTools {
  readonly staged: Staged;
  readonly s3: OpenedS3 | undefined;
  readonly run: (words: readonly string[], env: Readonly<Record<string, string>>) => Promise<ChildRun>;
  readonly env: CommandContext['env'];
}

/** So many files before the latest are looked at: those of runs that were placed, and then not told. */
const mostFormer = 3;

/**
 * What changed since the sync that was published last, which receivers know of: not since what stands there by chance. It
 * is looked for in the folder and the store, then in the bucket. Undefined before the first.
 */
export async function changesSince(
  project: FleetProject,
  { lastMs }: Pick<Lease, 'lastMs'>,
  { staged, s3, run, env }: SinceTools,
): Promise<AccessChanges | undefined> {
  const { folder, format, keep, history } = project;
  const kept = openKeptFiles(folder, format, keep);
  const ask = async (before: readonly string[], store: string | undefined): Promise<AccessChanges | undefined> => {
    const words = [
      changesCommand,
      staged.path,
      '--project',
      project.id,
      ...(lastMs === undefined ? [] : ['--last-ms', String(lastMs)]),
      ...(before.length === 0 ? [] : ['--before', ...before]),
    ];
    const given = {
      ...projectEnv(project, undefined, env),
      ...(store && { [settings.history.env[0]]: store }),
      TMPDIR: dirname(staged.path), // has room for the file, and can be written to: in a container perhaps nothing else can
    };
    return (JSON.parse((await run(words, given)).stdout) as AccessChanges | null) ?? undefined;
  };
  const former = (await kept.former()).slice(0, mostFormer).map((name) => join(folder, name));
  const found = await ask([staged.latest, ...former], history);
  const isFound = found !== undefined && !found.isGap;
  if (lastMs === undefined || isFound) {
    return found;
  }
  const object = await s3?.output.finishedAt(lastMs);
  if (s3 !== undefined && object !== undefined) {
    const before = join(dirname(staged.path), `before.${format}`);
    await copyObject(s3, object, before);
    return await ask([before], undefined);
  }
  return found ?? { sinceMs: undefined, isGap: true, counts: {}, notCompared: [], changes: [], total: 0 };
}
