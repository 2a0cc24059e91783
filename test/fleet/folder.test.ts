import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { placedBefore, stageFile } from '../../src/fleet/folder.ts';
import { temporaryFolder } from '../support/cli.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';
import { made } from '../support/engine-behaviour.ts';
import { messageOf } from '../support/thrown.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let project: FleetProject;
const latest = (): string => join(folder.path, 'latest.json');
/** As a sync puts its file into place. */
const write = (path: string, text: string): void => {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
};

const told = { made, events: [{ hook: 'h', id: 'e1', body: '{}' }] };

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
    place(told);
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
    place(told);
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
    expect(messageOf(() => place(told))).toMatch(
      /latest\.json was replaced by somebody else while the sync ran: theirs stays$/,
    );
    expect(readFileSync(latest(), 'utf8')).toBe('theirs');
  });

  it('takes away what a run before left, so that this cannot be published any more', async () => {
    const lost = await stageFile(project, { run: 'r1', token: 1 });
    write(lost.path, 'half');
    const { path } = await stageFile(project, { run: 'r1', token: 2 });
    expect(path).not.toBe(lost.path);
    expect(existsSync(lost.path)).toBe(false);
    expect(messageOf(() => lost.place(told))).toMatch(/^cannot put a sync in place in /);
    expect(existsSync(latest())).toBe(false);
    expect(statSync(join(folder.path, '.unfinished')).mode & 0o777).toBe(0o700);
  });
});

describe('a sync that was put into its place, and then not written down', () => {
  const placed = async (run = 'r1'): Promise<void> => {
    write(latest(), 'old');
    const { path, place } = await stageFile(project, { run, token: 1 });
    write(path, 'new');
    place(told);
  };

  it('is found by the next try of its run, with what is told of it, until it is kept', async () => {
    await placed();
    const found = placedBefore(project, { run: 'r1' });
    expect(found).toMatchObject(told);
    found?.place();
    expect(readFileSync(latest(), 'utf8')).toBe('new');
    await found?.keep();

    expect(readdirSync(folder.path).filter((name) => name.startsWith('sync-'))).toHaveLength(2);
    expect(readdirSync(folder.path)).not.toContain('.unfinished');
    expect(placedBefore(project, { run: 'r1' })).toBeUndefined();
  });

  it('is not found by another run, whose sync begins anew', async () => {
    await placed();
    expect(placedBefore(project, { run: 'r2' })).toBeUndefined();
    await stageFile(project, { run: 'r2', token: 1 });
    expect(placedBefore(project, { run: 'r1' })).toBeUndefined();
  });

  it('is not found where it never came there, or something else has come since', async () => {
    const { path, place } = await stageFile(project, { run: 'r1', token: 1 });
    write(path, 'half a sync');
    expect(placedBefore(project, { run: 'r1' })).toBeUndefined();
    place(told);
    const found = placedBefore(project, { run: 'r1' });
    write(latest(), 'theirs');

    expect(placedBefore(project, { run: 'r1' })).toBeUndefined();
    expect(messageOf(() => found?.place())).toMatch(/was replaced by somebody else while the sync ran: theirs stays$/);
  });

  it('is not found by half a note of it', async () => {
    await placed();
    const note = join(folder.path, '.unfinished', 'r1.placed');
    writeFileSync(note, readFileSync(note, 'utf8').slice(0, 20));
    expect(placedBefore(project, { run: 'r1' })).toBeUndefined();
  });
});
