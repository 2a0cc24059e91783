import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { temporaryFolder } from './cli.ts';

export interface TestFleet extends AsyncDisposable {
  readonly folder: string;
  readonly file: string;
  /** By name: p0, p1 ... */
  readonly emulators: readonly Emulator[];
}

export interface TestFleetOptions {
  readonly projects: number;
  readonly users?: number;
  readonly latencyMs?: number;
  readonly defaults?: object;
  /** More of one project, by its number. */
  readonly ofProject?: (place: number) => object;
  readonly groups?: object;
}

/** A folder with a fleet.yaml of projects p0, p1 ..., each an emulator with a key of its own in a file. */
export async function testFleet({
  projects: count,
  users = 5,
  latencyMs = 0,
  defaults = {},
  ofProject = () => ({}),
  groups = {},
}: TestFleetOptions): Promise<TestFleet> {
  const folder = await temporaryFolder();
  await mkdir(join(folder.path, 'keys'));
  const emulators = await Promise.all(
    Array.from({ length: count }, async (_none, place) => {
      const projectId = `P2Fleet${String(place).padStart(3, '0')}`.padEnd(28, '0');
      const managementKey = `key-of-project-${place}-${'k'.repeat(20)}`;
      await writeFile(join(folder.path, 'keys', `p${place}`), `${managementKey}\n`, { mode: 0o600 });
      return await startEmulator({ projectId, managementKey, users, latencyMs, seed: place + 1 });
    }),
  );
  const file = join(folder.path, 'fleet.yaml');
  const projects = emulators.map(({ projectId, baseUrl }, place) => ({
    id: projectId,
    name: `p${place}`,
    'base-url': baseUrl,
    ...ofProject(place),
  }));
  const all = { key: { file: 'keys/{name}' }, ...defaults };
  await writeFile(file, JSON.stringify({ version: 1, defaults: all, groups, projects }), { mode: 0o600 });
  return {
    folder: folder.path,
    file,
    emulators,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(emulators.map((emulator) => emulator.close()));
      await folder[Symbol.asyncDispose]();
    },
  };
}
