import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { stageFile } from '../../src/fleet/folder.ts';
import { temporaryFolder } from '../support/cli.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';
import { messageOf } from '../support/thrown.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let project: FleetProject;
const latest = (): string => join(folder.path, 'latest.json');
/** As a sync puts its file into place. */
const write = (path: string, text: string): void => {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
};

beforeEach(async () => {
  folder = await temporaryFolder();
  const [first] = hourlyFleet(1).projects;
  project = { ...(first as FleetProject), folder: folder.path, keep: 2 };
});
afterEach(async () => await folder[Symbol.asyncDispose]());

describe('a sync beside its place', () => {
  it('begins with what is latest there, and takes its place in one step', async () => {
    write(latest(), 'old');
    const { path, place, keep } = await stageFile(project, { run: 'r1', token: 1 });
    expect(readFileSync(path, 'utf8')).toBe('old');
    write(path, 'new');
    expect(readFileSync(latest(), 'utf8')).toBe('old');
    place();
    expect(readFileSync(latest(), 'utf8')).toBe('new');
    await keep();

    const files = readdirSync(folder.path);
    expect(
      files.filter((name) => name.startsWith('sync-')).map((name) => readFileSync(join(folder.path, name), 'utf8')),
    ).toEqual(['old', 'new']);
    expect(files).not.toContain('.unfinished');
  });

  it('is the first one where there is none yet', async () => {
    const { path, place } = await stageFile(project, { run: 'r1', token: 1 });
    expect(existsSync(path)).toBe(false);
    write(path, 'new');
    place();
    expect(readFileSync(latest(), 'utf8')).toBe('new');
  });

  it.each([
    ['replaced', () => write(latest(), 'theirs')],
    ['put there for the first time', () => write(latest(), 'theirs')],
  ])('does not take it when latest was %s meanwhile by somebody else', async (what, meddle) => {
    if (what === 'replaced') {
      write(latest(), 'old');
    }
    const { path, place } = await stageFile(project, { run: 'r1', token: 1 });
    write(path, 'new');
    meddle();
    expect(messageOf(place)).toMatch(/latest\.json was replaced by somebody else while the sync ran: theirs stays$/);
    expect(readFileSync(latest(), 'utf8')).toBe('theirs');
  });

  it('takes away what a run before left, so that this cannot be published any more', async () => {
    const lost = await stageFile(project, { run: 'r1', token: 1 });
    write(lost.path, 'half');
    const { path } = await stageFile(project, { run: 'r1', token: 2 });
    expect(path).not.toBe(lost.path);
    expect(existsSync(lost.path)).toBe(false);
    expect(messageOf(lost.place)).toMatch(/^cannot put a sync in place in /);
    expect(existsSync(latest())).toBe(false);
    expect(statSync(join(folder.path, '.unfinished')).mode & 0o777).toBe(0o700);
  });
});
