import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isWritableByAll, type TrustView, whoElseCanChange } from '../../src/file-trust.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

const me = 1000;

interface Planted {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
  readonly link?: string;
}

/** A file system in which everything is ours and closed, but for what is planted. */
function viewWith(planted: Readonly<Record<string, Planted>>, uid: number | undefined = me): TrustView {
  return {
    uid,
    lstat: (path) => {
      const { uid: owner = me, gid = me, mode = 0o755, link } = planted[path] ?? {};
      return { uid: owner, gid, mode, isSymbolicLink: () => link !== undefined };
    },
    readlink: (path) => planted[path]?.link ?? '',
    realpath: (path) => path,
    isOwnGroup: (gid) => gid === me,
  };
}

describe('a file that nobody named', () => {
  it.each<[string, Readonly<Record<string, Planted>>, string | undefined]>([
    ['is obeyed where all of it is ours', {}, undefined],
    ['is obeyed where the folders are those of root', { '/': { uid: 0 }, '/srv': { uid: 0 } }, undefined],
    [
      'is obeyed where our own group may write',
      { '/srv/me': { mode: 0o775 }, '/srv/me/baton.yaml': { mode: 0o664 } },
      undefined,
    ],
    [
      'is not when it belongs to another',
      { '/srv/me/baton.yaml': { uid: 1001 } },
      '/srv/me/baton.yaml belongs to another user (uid 1001)',
    ],
    [
      'is not when all may write it',
      { '/srv/me/baton.yaml': { mode: 0o646 } },
      '/srv/me/baton.yaml can be changed by every user',
    ],
    ['is not when its folder belongs to another', { '/srv/me': { uid: 7 } }, '/srv/me belongs to another user (uid 7)'],
    [
      'is not below a folder that all may write',
      { '/srv': { uid: 0, mode: 0o777 } },
      '/srv can be changed by every user',
    ],
    [
      'is not below a sticky folder such as /tmp',
      { '/srv': { uid: 0, mode: 0o1777 } },
      '/srv can be changed by every user',
    ],
    [
      'is not where a group of others may write',
      { '/srv/me': { gid: 50, mode: 0o775 } },
      '/srv/me can be changed by its group (gid 50)',
    ],
    [
      'is not when it is a link that another made',
      { '/srv/me/baton.yaml': { uid: 1001, link: '/srv/me/real.yaml' } },
      'belongs to another user',
    ],
    [
      'is not when it is a link to the file of another',
      { '/srv/me/baton.yaml': { link: '/srv/x.yaml' }, '/srv/x.yaml': { uid: 5 } },
      '/srv/x.yaml belongs to another user',
    ],
    [
      'is not when a link on the way leads through an open folder',
      { '/srv/me/baton.yaml': { link: '../shared/a.yaml' }, '/srv/shared': { mode: 0o777 } },
      '/srv/shared can be changed',
    ],
    ['is not when links lead in a circle', { '/srv/me/baton.yaml': { link: 'baton.yaml' } }, 'broken link'],
  ])('%s', (_name, planted, expected) => {
    const problem = whoElseCanChange('/srv/me/baton.yaml', '/', viewWith(planted));

    if (expected === undefined) {
      expect(problem).toBeUndefined();
    } else {
      expect(problem).toContain(expected);
    }
  });

  it('below a folder that the environment names is trusted from that folder on', () => {
    const planted = { '/srv': { mode: 0o777 } };

    expect(whoElseCanChange('/srv/me/x/c.yaml', '/srv/me', viewWith(planted))).toBeUndefined();
    expect(whoElseCanChange('/srv/me/x/c.yaml', '/srv/me', viewWith({ '/srv/me': { mode: 0o777 } }))).toContain(
      '/srv/me can be changed',
    );
    expect(
      whoElseCanChange('/srv/me/x/c.yaml', '/srv/me', viewWith({ '/srv/me/x': { link: '/srv/other' }, ...planted })),
    ).toContain('/srv can be changed');
  });

  it('is not looked at where a system has no owners', () => {
    expect(
      whoElseCanChange('/srv/me/baton.yaml', '/', { ...viewWith({ '/srv': { mode: 0o777 } }), uid: undefined }),
    ).toBeUndefined();
  });
});

it('a file that all may write is found out through a link, too', async () => {
  await using folder = await temporaryFolder();
  const [file, link] = [join(folder.path, 'key'), join(folder.path, 'link')];
  await writeFile(file, '');
  await symlink(file, link);
  const before = isWritableByAll(link);
  await chmod(file, 0o666);

  expect([before, isWritableByAll(link), isWritableByAll(join(folder.path, 'none'))]).toEqual([false, true, false]);
});

/** A folder that others may write, whatever the machine: its own mode says so. */
async function openFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o777);
  return folder;
}

const settings = { DESCOPE_PROJECT_ID: 'P2abc', DESCOPE_MANAGEMENT_KEY: 'K2env' };

describe('./baton.yaml in a folder that others may write', () => {
  it.each([
    'doctor',
    'sync --out x.json',
    'serve',
    'grant --entitlement role:E:assigned --principal a',
    'revoke --entitlement role:E:assigned --principal a',
    '-f x.json',
    'config show',
    'health-check',
  ])('is refused in one line with the remedy: %s', async (command) => {
    await using folder = await openFolder();
    await writeFile(join(folder.path, 'baton.yaml'), 'base-url: http://127.0.0.1:9\n');

    const run = await runCli(command.split(' '), { cwd: folder.path, env: settings });

    expect(run.code).toBe(2);
    const told = (run.stdout + run.stderr).replaceAll(/\s+/g, ' '); // doctor wraps its lines
    expect(told).toContain('baton.yaml was found automatically and is not used');
    expect(told).toContain(`--config ${join(folder.path, 'baton.yaml')}`);
    expect(run.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is obeyed when it is named', async () => {
    await using folder = await openFolder();
    await writeFile(join(folder.path, 'baton.yaml'), 'base-url: http://127.0.0.1:9\n');

    const byFlag = await runCli(['config', 'show', '--json', '--config', 'baton.yaml'], {
      cwd: folder.path,
      env: settings,
    });
    const byVariable = await runCli(['config', 'show', '--json'], {
      cwd: folder.path,
      env: { ...settings, BATON_CONFIG: 'baton.yaml' },
    });

    expect([byFlag.code, byVariable.code]).toEqual([0, 0]);
  });
});

const checkout = fileURLToPath(new URL('../../', import.meta.url));

describe.skipIf(whoElseCanChange(checkout) !== undefined)('a base URL in a ./baton.yaml that is ours', () => {
  async function ownFolder(text: string): Promise<{ readonly path: string } & AsyncDisposable> {
    const path = await mkdtemp(join(checkout, 'node_modules', '.baton-descope-test-'));
    await chmod(path, 0o700);
    await writeFile(join(path, 'baton.yaml'), text, { mode: 0o600 });
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  }

  it.each([
    'http://127.0.0.1:9',
    'https://descope.example',
    'https://api.descope.com.evil.example',
    'https://api.descope.com:8443',
    'https://evil.descope.com',
  ])('is refused unless it is named, since the key would be sent there: %s', async (url) => {
    await using folder = await ownFolder(`base-url: ${url}\n`);

    const found = await runCli(['sync', '--out', 'x.json'], { cwd: folder.path, env: settings });
    const named = await runCli(['config', 'show', '--json', '--config', 'baton.yaml'], {
      cwd: folder.path,
      env: settings,
    });

    expect(found).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`baton.yaml:1 base-url: ${url} is not Descope's own address`) as string,
    });
    expect(found.stderr).toContain('--config ');
    expect(named.code).toBe(0);
  });

  it("is shown before anything is sent, when it is Descope's own", async () => {
    await using folder = await ownFolder('base-url: https://api.euc1.descope.com\n');

    const run = await runCli(['doctor'], { cwd: folder.path, env: { ...settings, DESCOPE_PROJECT_ID: '' } });

    expect(run.stderr).toContain(
      'base URL https://api.euc1.descope.com, from a config file that was found automatically',
    );
  });
});

it('a base URL in the file at home, which is where init puts it, may be any, and is not remarked on', async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, '.config', 'baton-descope');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.yaml'), 'base-url: http://127.0.0.1:9\n');

  const run = await runCli(['config', 'show', '--json'], { cwd: '/', env: { ...settings, HOME: home.path } });

  expect(run).toMatchObject({ code: 0, stderr: '' });
});

it('the file at home is refused when others may write it, and is trusted from the home folder on', async () => {
  await using home = await temporaryFolder();
  const folder = join(home.path, '.config', 'baton-descope');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.yaml'), 'strict: true\n');
  const show = async (): Promise<string> => {
    const { code, stderr } = await runCli(['config', 'show', '--json'], {
      cwd: '/',
      env: { ...settings, HOME: home.path },
    });
    return `${code} ${stderr}`;
  };

  const closed = await show();
  await chmod(folder, 0o777);
  const open = await show();

  expect(closed).toBe('0 ');
  expect(open).toContain('can be changed by every user');
});

it.each([
  ['a key file', 'DESCOPE_MANAGEMENT_KEY_FILE', 'chmod 600'],
  ['an audit log', 'BATON_DESCOPE_AUDIT_LOG', 'chmod o-w'],
  ['a named config file', 'BATON_CONFIG', 'chmod o-w'],
])('%s that every user may write is refused, with a command that can be pasted', async (_name, variable, remedy) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'a b');
  await writeFile(file, variable.includes('KEY') ? 'K2file' : '');
  const run = async (): Promise<string> => {
    const { code, stderr } = await runCli(['config', 'show', '--json'], {
      cwd: '/',
      env: {
        DESCOPE_PROJECT_ID: 'P2abc',
        ...(!variable.includes('KEY') && { DESCOPE_MANAGEMENT_KEY: 'K2env' }),
        [variable]: file,
      },
    });
    return `${code} ${stderr}`;
  };

  const closed = await run();
  await chmod(file, 0o666);
  const open = await run();

  expect(closed).toBe('0 ');
  expect(open).toContain(`2 baton-descope: `);
  expect(open).toContain(`${remedy} '${file}'`);
});
