import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/config-file.ts';
import { configFilePath } from '../../src/config/config-file-path.ts';
import { oneShotFlag, oneShotVariable, resolveOneShot } from '../../src/config/one-shot.ts';
import { oneShotFlags, type OneShotName } from '../../src/config/one-shot-flags.ts';
import { temporaryFolder } from '../support/cli.ts';

describe('what is asked for without a command', () => {
  it('comes from the flag, else the environment, else the config file', () => {
    const env = { BATON_FILE: 'env.c1z', BATON_REVOKE_GRANT: 'by-env' };
    const inFile = {
      file: { text: 'file.c1z', source: 'here' },
      revokeGrant: { text: 'by-file', source: 'here' },
      eventFeedId: { text: 'by-file', source: 'here' },
    };

    expect(resolveOneShot({ file: 'flag.c1z' }, env, inFile)).toEqual({
      file: 'flag.c1z',
      revokeGrant: 'by-env',
      eventFeedId: 'by-file',
    });
  });

  it.each(['1', 't', 'T', 'true', 'TRUE', 'True'])('takes %s as yes, as Go does', (text) => {
    expect(resolveOneShot({}, { BATON_SKIP_GRANTS: text })).toEqual({ skipGrants: true });
  });

  it.each(['0', 'f', 'F', 'false', 'FALSE', 'False', '', ' '])('takes %j as not asked for', (text) => {
    expect(resolveOneShot({}, { BATON_SKIP_GRANTS: text })).toEqual({});
  });

  it('lets a flag take back what the environment says', () => {
    expect(resolveOneShot({ skipGrants: 'false' }, { BATON_SKIP_GRANTS: 'true' })).toEqual({});
  });

  it.each([
    [{ syncResourceTypes: ['user', 'tenant,role'] }, ['user', 'tenant', 'role']],
    [{ syncResourceTypes: ['"a,b",c', ' d '] }, ['a,b', 'c', 'd']],
    [{ syncResourceTypes: ['"say ""hi"""'] }, ['say "hi"']],
  ])('reads the list %j', (given, values) => {
    expect(resolveOneShot(given, {})).toEqual({ syncResourceTypes: values });
  });

  it('tells all that is not understood at once, by the name that was used', () => {
    expect(() =>
      resolveOneShot({ syncResources: ['"open'] }, { BATON_SKIP_GRANTS: 'perhaps', BATON_EVENT_FEED: 'my_feed' }),
    ).toThrow(
      '--sync-resources is a list with commas between its values, and a quotation mark in it is not ' +
        'closed\nBATON_SKIP_GRANTS must be true or false\nBATON_EVENT_FEED must be true or false',
    );
  });

  it('has a flag and a variable for each, named alike', () => {
    for (const name of Object.keys(oneShotFlags) as OneShotName[]) {
      expect(oneShotVariable(name)).toBe(`BATON_${oneShotFlag(name).slice(2).replaceAll('-', '_').toUpperCase()}`);
    }
  });
});

describe('the config file of every Baton connector', () => {
  it('is ./.baton.yaml, where there is no ./baton.yaml', async () => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const found = (): string | undefined => configFilePath({ flag: undefined, env: {}, cwd })?.path;

    await writeFile(join(cwd, '.baton.yaml'), '');
    const alone = found();
    await writeFile(join(cwd, 'baton.yaml'), '');

    expect([alone, found()]).toEqual([join(cwd, '.baton.yaml'), join(cwd, 'baton.yaml')]);
  });

  it('may name what is asked for beside the settings, a list in either form', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'any.yaml');
    await writeFile(
      path,
      'descope-project-id: P2abc\nfile: out.c1z\nsync-resource-types: [user, tenant]\nsync-resources: ' +
        'a,b\nskip-grants: yes\nrevoke-grant: [x]\n',
    );

    const { oneShot, problems, values } = readConfigFile({ path, by: 'name' });

    expect(values.projectId?.text).toBe('P2abc');
    expect(Object.fromEntries(Object.entries(oneShot).map(([name, { text }]) => [name, text]))).toEqual({
      file: join(folder.path, 'out.c1z'),
      syncResourceTypes: '"user","tenant"',
      syncResources: 'a,b',
      skipGrants: 'yes',
    });
    expect(problems).toEqual([
      `${path}:6 revoke-grant must have one text, number, true or false as its value, and no list`,
    ]);
  });

  it('has a name that ends with .yaml or .yml where BATON_CONFIG_PATH names it', () => {
    const path = (name: string): unknown =>
      configFilePath({ flag: undefined, env: { BATON_CONFIG_PATH: name }, cwd: '/' });

    expect(() => path('x.json')).toThrow('BATON_CONFIG_PATH must name a file that ends with .yaml or .yml');
    expect(() => path('x.yml')).toThrow('there is no file /x.yml');
  });
});
