import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { openManagementKey, refuseKeyInArguments } from '../../src/config/management-key.ts';
import { ConnectorError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/cli.ts';

const env = { DESCOPE_PROJECT_ID: 'P2abc' };

function problemOf(work: () => unknown): ConnectorError {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return thrown;
    }
  }
  return expect.fail('no problem was told');
}

describe('settings', () => {
  it("come from a flag before the environment, from BATON_ names before the vendor's, and from a default last", () => {
    const all = { DESCOPE_PROJECT_ID: 'vendor', BATON_DESCOPE_PROJECT_ID: 'baton' };

    expect(loadSettings({ flags: { projectId: 'flag' }, env: all }).projectId).toBe('flag');
    expect(loadSettings({ flags: {}, env: all }).projectId).toBe('baton');
    expect(loadSettings({ flags: {}, env }).projectId).toBe('P2abc');
    expect(loadSettings({ flags: {}, env }).tenantRoles).toBe('all');
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
    ['', false],
  ])('take %j in the environment as a switch', (text, expected) => {
    expect(loadSettings({ flags: {}, env: { ...env, BATON_PROVISIONING: text } }).provisioning).toBe(expected);
  });

  it('tell every problem at once, each with the name that was used', () => {
    const { kind, message } = problemOf(() =>
      loadSettings({
        flags: { maxParallelFetches: '7' },
        env: { BATON_LOG_LEVEL: 'loud' },
        alsoCheck: [
          () => {
            openManagementKey({});
          },
        ],
      }),
    );

    expect(kind).toBe('config');
    expect(message.split('\n')).toEqual([
      expect.stringContaining('BATON_DESCOPE_PROJECT_ID or DESCOPE_PROJECT_ID is not set') as string,
      '--max-parallel-fetches must be a whole number from 1 to 6',
      'BATON_LOG_LEVEL must be one of debug, info, warn, error',
      expect.stringContaining('DESCOPE_MANAGEMENT_KEY is not set') as string,
    ]);
  });

  it('cannot be changed once they are in force', () => {
    expect(Object.isFrozen(loadSettings({ flags: {}, env }))).toBe(true);
  });
});

describe('the management key', () => {
  it('is read again when its file changes, and stays as it was while the file is no key', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'key');
    await writeFile(path, 'K2first\n');
    const key = openManagementKey({ DESCOPE_MANAGEMENT_KEY_FILE: path });
    const seen = [key().reveal()];

    await writeFile(path, '');
    await utimes(path, 1, 1);
    seen.push(key().reveal());
    await writeFile(path, 'K2second\n');
    await utimes(path, 2, 2);
    seen.push(key().reveal());

    expect(seen).toEqual(['K2first', 'K2first', 'K2second']);
  });

  it.each([
    ['both ways at once', { DESCOPE_MANAGEMENT_KEY: 'a', DESCOPE_MANAGEMENT_KEY_FILE: 'b' }, 'not both'],
    ['a file that is not there', { DESCOPE_MANAGEMENT_KEY_FILE: 'no/such/file' }, 'cannot read no/such/file (ENOENT)'],
    ['two lines', { DESCOPE_MANAGEMENT_KEY: 'a\nb' }, 'has more than one line'],
    [
      'something that a header cannot carry',
      { DESCOPE_MANAGEMENT_KEY: 'keywithsp\u00e4ces' },
      'has a character that no key has',
    ],
  ])('is refused: %s', (_name, keys, message) => {
    expect(problemOf(() => openManagementKey(keys)).message).toContain(message);
  });

  it('never shows when it is printed', () => {
    const key = openManagementKey({ DESCOPE_MANAGEMENT_KEY: 'K2secret' })();

    expect([String(key), JSON.stringify({ key }), JSON.stringify([key])].join()).not.toContain('K2secret');
  });

  it('is refused inside any argument, whichever name it has in the environment', () => {
    const { message } = problemOf(() =>
      refuseKeyInArguments(['sync', '--base-url', 'https://K2secretsecret@x'], {
        BATON_DESCOPE_MANAGEMENT_KEY: 'K2secretsecret',
      }),
    );

    expect(message).toContain('must not be given on the command line');
    expect(message).not.toContain('K2secret');
  });
});
