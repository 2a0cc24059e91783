import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { asCalled, howCalled } from '../../src/cli/how-called.ts';
import { readDemoAnswers } from '../../src/cli/demo-answers.ts';
import { root } from '../docs/pages.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

const shell = promisify(execFile);

describe('a command that is printed to be pasted', () => {
  it('is written as the program is called here, in messages too', async () => {
    await using folder = await temporaryFolder();
    const run = await runCli(['access', 'ada'], { cwd: folder.path });
    const command = /"(.+) sync --out sync\.json"/.exec(run.stderr)?.[1] ?? '';

    expect(run.code).toBe(2);
    expect(command).not.toBe('baton-descope');
    expect((await shell('sh', ['-c', `${command} --version`], { cwd: folder.path })).stdout).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
  });

  it.each([
    ['`baton-descope doctor` examines the setup', '`npx . doctor` examines the setup'],
    ['see baton-descope sync --help', 'see npx . sync --help'],
    ['run once: baton-descope sync --out x', 'run once: npx . sync --out x'],
    ['baton-descope 0.1.0, the types of baton-descope are', 'baton-descope 0.1.0, the types of baton-descope are'],
  ])('is found in a text, and names are left alone: %s', (text, expected) => {
    const here = howCalled({}, join(root, 'bin', 'baton-descope.js'), root);

    expect(here).toBe('npx .');
    expect(asCalled(text, {}, here)).toBe(expected);
  });
});

describe('the answers of the demo', () => {
  it('have the login with everybody whose name is not unique', async () => {
    await using folder = await temporaryFolder();
    const run = await runCli(['demo'], { cwd: folder.path });
    const { resources } = JSON.parse(await readFile(join(folder.path, 'demo-sync.json'), 'utf8')) as {
      resources: { id: { resourceType: string }; displayName: string }[];
    };
    const users = resources.filter(({ id }) => id.resourceType === 'user').map(({ displayName }) => displayName);
    const shared = new Set(users.filter((name, at) => users.indexOf(name) !== at));
    const told = (await readDemoAnswers(join(folder.path, 'demo-sync.json'))).join('\n');
    const named = [...told.matchAll(/(?:\(|, |: )([^(),:\d][^(),:]*?)(?= and |, |\))/g)]
      .map(([, name = '']) => name)
      .filter((name) => /\p{L}/u.test(name));

    expect(run.code).toBe(0);
    expect(shared.size).toBeGreaterThan(50);
    expect(told).toMatch(/ <[^ ]+@[^ ]+>/);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => shared.has(name))).toEqual([]);
  });
});
