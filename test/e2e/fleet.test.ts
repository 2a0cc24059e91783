import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { testFleet, type TestFleet } from '../support/fleet.ts';

let fleet: TestFleet;
const wrongKey = `not-the-key-${'n'.repeat(20)}`;

beforeAll(async () => {
  fleet = await testFleet({
    projects: 4,
    ofProject: (place) =>
      [
        { key: { env: 'KEY_OF_P0' } },
        { key: { command: ['cat', 'keys/{name}'] } },
        { key: { command: ['sh', '-c', `echo ${wrongKey}; echo ${wrongKey} >&2; exit 4`] } },
        {},
      ][place] ?? {},
  });
  await writeFile(join(fleet.folder, 'keys', 'p3'), `${wrongKey}\n`, { mode: 0o600 });
});
afterAll(async () => await fleet[Symbol.asyncDispose]());

describe('fleet doctor', () => {
  it('looks at each project with its own key, tells all, and ends as the gravest failure', async () => {
    const env = { KEY_OF_P0: fleet.emulators[0]?.managementKey ?? '', DESCOPE_MANAGEMENT_KEY: wrongKey };
    const { code, stdout, stderr } = await runCli(['fleet', 'doctor', '--json'], { cwd: fleet.folder, env });
    const { ok, projects } = JSON.parse(stdout) as {
      readonly ok: boolean;
      readonly projects: readonly {
        readonly name: string;
        readonly ok: boolean;
        readonly checks: readonly { readonly level: string; readonly name: string; readonly text: string }[];
      }[];
    };

    expect({ code, ok }).toEqual({ code: 3, ok: false });
    expect(projects.map((project) => [project.name, project.ok])).toEqual([
      ['p0', true],
      ['p1', true],
      ['p2', false],
      ['p3', false],
    ]);
    const failed = projects.flatMap(({ checks }) => checks.filter(({ level }) => level === 'fail'));
    expect(failed.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      expect.stringMatching(
        /^setup: fleet\.yaml:\d+:\d+ p2: key\.command: sh ended with 4, and did not print the management key$/,
      ),
      expect.stringMatching(/^key: Descope does not know the key: .* answered 401$/),
    ]);
    expect(projects[0]?.checks.find(({ name }) => name === 'output')?.text).toContain(join('syncs', 'p0'));
    expect(stderr).toMatch(/fleet doctor: 2 of 4 projects not ready$/m);
    expect(stdout + stderr).not.toContain(wrongKey);
  });

  it('looks at named projects only, and at a glance', async () => {
    const { code, stdout } = await runCli(['fleet', 'doctor', 'p1', '--file', fleet.file], { cwd: fleet.folder });

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ok    p1\n\n1 project ready, 0 not; nothing was changed.\n' });
  });
});

describe('fleet show', () => {
  it('prints what holds for a project, and reads no key', async () => {
    const { code, stdout } = await runCli(['fleet', 'show', 'p3'], { cwd: fleet.folder });

    expect(code).toBe(0);
    expect(stdout).toContain(`key         in the file ${join(fleet.folder, 'keys', 'p3')}`);
    expect(stdout).toContain(`folder      ${join(fleet.folder, 'syncs', 'p3')} (json, 7 kept)`);
    expect(stdout).not.toContain(wrongKey);
  });

  it('shows labels and paths without what would steer a terminal', async () => {
    const own = {
      id: 'P2FleetProjectOne00000000000',
      name: 'p1',
      key: { file: 'k\u001b[31m' },
      labels: { env: 'a\u001b[2J\nb\u202ec' },
    };
    await writeFile(join(fleet.folder, 'hostile.yaml'), JSON.stringify({ version: 1, projects: [own] }));
    for (const command of ['show', 'doctor']) {
      const { stdout } = await runCli(['fleet', command, '--file', 'hostile.yaml'], { cwd: fleet.folder });
      expect(stdout).toContain('env=a');
      expect(['\u001B[2J', '\u001B[31m', '\u202E', '\nb'].filter((steering) => stdout.includes(steering))).toEqual([]);
    }
  });

  it('does nothing with a file that is wrong: exit 2, a line with its place', async () => {
    await writeFile(join(fleet.folder, 'wrong.yaml'), 'version: 1\nprojects:\n  - id: P1\n    shedule: 1h\n');
    const { code, stdout, stderr } = await runCli(['fleet', 'show', '--file', 'wrong.yaml'], { cwd: fleet.folder });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      'baton-descope: wrong.yaml:4:5 projects.0.shedule: there is nothing of this name here; did you mean schedule?\n',
    );
  });
});
