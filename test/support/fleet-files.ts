import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFleet } from '../../src/cli/fleet-file.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { temporaryFolder } from './cli.ts';
import type { MoreLists, Rows } from './descope-model.ts';
import { finishOf, writeDay } from './history.ts';
import { createProject } from './project-fixture.ts';

export interface SyncedProject {
  /** What its syncs found, by the day of `finishOf`. */
  readonly days?: Readonly<Record<number, Partial<Rows>>>;
  readonly lists?: MoreLists;
  readonly include?: readonly string[];
  /** More of its entry in the file. */
  readonly entry?: { readonly outputs?: object & { readonly history?: string }; readonly labels?: object };
}

export interface FleetFiles extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  readonly fleet: Fleet;
}

/** The id of the project with such a name, in `fleetFiles`. */
export function idOf(name: string): string {
  return `P2${name}`.padEnd(28, '0');
}

/** A fleet file, and what syncs of its projects left: in a store where a project has one, else in its folder. */
export async function fleetFiles(
  projects: Readonly<Record<string, SyncedProject>>,
  defaults: object = {},
): Promise<FleetFiles> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'fleet.yaml');
  const entries = Object.entries(projects).map(([name, { entry }]) => Object.assign({ id: idOf(name), name }, entry));
  await writeFile(
    file,
    JSON.stringify({ version: 1, defaults: { key: { file: 'keys/{name}' }, ...defaults }, projects: entries }),
    { mode: 0o600 },
  );
  for (const [name, { days = {}, lists = {}, include = [], entry }] of Object.entries(projects)) {
    const syncs = join(folder.path, 'syncs', name);
    await mkdir(syncs, { recursive: true });
    const history = entry?.outputs?.history;
    for (const [day, rows] of Object.entries(days)) {
      const project = Object.assign(createProject(rows, lists), { projectId: idOf(name) });
      if (history !== undefined) {
        await writeDay(join(folder.path, history), Number(day), rows, { include }, lists, project);
        continue;
      }
      await writeDay(join(syncs, 'latest.json'), Number(day), rows, { include }, lists, project);
      const stamp = new Date(finishOf(Number(day))).toISOString().replaceAll(/[-:]/g, '');
      await cp(join(syncs, 'latest.json'), join(syncs, `sync-${stamp}.json`));
    }
  }
  return {
    folder: folder.path,
    file,
    fleet: openFleet({ file }),
    [Symbol.asyncDispose]: async () => await folder[Symbol.asyncDispose](),
  };
}

/** What an answer over a fleet writes, and what it throws behind that. */
export async function saidBy({
  pieces,
  refuse,
}: {
  readonly pieces: AsyncIterable<string>;
  readonly refuse: () => void;
}): Promise<{ readonly text: string; readonly thrown: unknown }> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
  }
  try {
    refuse();
    return { text, thrown: undefined };
  } catch (thrown) {
    return { text, thrown };
  }
}
