import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, quickWaits, runCli } from '../support/cli.ts';
import { companyWithKeys, keyCanary } from '../support/key-project.ts';
import { clock, snapshot, updateKey } from '../support/provisioning-server.ts';

let emulator: Emulator;

beforeEach(async () => {
  const switches = { keySecrets: 'shown' } as const;
  emulator = await startEmulator({ project: companyWithKeys(), now: clock, switches });
});

afterEach(() => emulator.close());

/** Runs one change; what it waits passes fifty times faster. */
async function run(...args: readonly string[]): Promise<CliRun> {
  const ended = await runCli(args, { env: envOf(emulator), nodeFlags: quickWaits });
  expect(ended.stdout + ended.stderr).not.toContain(keyCanary);
  return ended;
}

const keyOf = (id: string) => emulator.state.accessKeys().find((key) => key.id === id);
const updates = (): readonly unknown[] =>
  emulator.stats.recent.filter(({ endpoint }) => endpoint === updateKey).map(({ body }) => body);

describe('a change of an access key on the command line', () => {
  it('names the key by access_key: and its exact name, without --include', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'access_key:Everything');

    expect(ended).toMatchObject({
      code: 0,
      stdout:
        'Everything (K2Full) now holds Auditor.\nBefore, in the whole project: Editor, Viewer.\nAfter, in the whole ' +
        'project: Editor, Viewer, Auditor.\n',
    });
    expect(keyOf('K2Full')?.roleNames).toEqual(['Editor', 'Viewer', 'Auditor']);
  });

  it('names it by its id, and says that it has ended', async () => {
    const ended = await run('grant', '--tenant', 'Acme', '--to', 'access_key:K2Ended');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Note: the access key is expired.\n');
  });

  it('shows the whole list before and after with --dry-run, and sends nothing', async () => {
    const before = snapshot(emulator.state);

    const ended = await run('revoke', '--role', 'Editor', '--in', 'Globex', '--from', 'access_key:K2Full', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(
      [
        `  ${updateKey} ` +
          '{"id":"K2Full","name":"Everything","keyTenants":[{"tenantId":"acme","roleNames":["Editor","Approver"]},{"tenantId":"globex","roleNames":["Auditor","Gone"]}]}',
        '  in the place of ' +
          '{"keyTenants":[{"tenantId":"acme","roleNames":["Editor","Approver"]},{"tenantId":"globex","roleNames":["Editor","Auditor","Gone"]}]}',
        '',
      ].join('\n'),
    );
    expect(updates()).toEqual([]);
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it('is refused for a key that is bound to a user, and names the user', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'access_key:Bound');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('access key K2Bound is bound to user U2Ada');
    expect(updates()).toEqual([]);
  });

  it('is refused for a name that two keys have, and lists both', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'access_key:Twin');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(
      '2 access keys are called so: name one by its id: K2TwinA ("Twin"), K2TwinB ("Twin")',
    );
    expect(updates()).toEqual([]);
  });

  it('says what was probably meant by a name that no key has', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'access_key:Everythin');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('did you mean K2Full ("Everything")?');
  });

  it('is never made where only a name without access_key: was given: a hint says how to name the key', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'Everything');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('no user of the project has the user id, login id, email address or exact name');
    expect(ended.stderr).toContain('it is an access key, which is named as "access_key:K2Full"');
    expect(updates()).toEqual([]);
  });

  it('tells in JSON whom it is about and why the key cannot be used', async () => {
    const ended = await run('grant', '--role', 'Auditor', '--to', 'access_key:K2Off', '--json');

    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'granted',
      principal: 'access_key:K2Off',
      user: 'Off',
      principalStatus: 'inactive',
      writes: [{ request: updateKey, replaces: { roleNames: [] } }],
    });
  });
});

describe('two processes that change one access key at the same time', () => {
  it.each(['Auditor', 'Viewer'])(
    'end with both changes made, or one error: nothing is lost, nothing false is told (%s)',
    async (second) => {
      // Whoever reads the list has it only 700 ms later: so both write what they read before the other wrote.
      emulator.faults.add({
        match: { endpoint: 'GET /v1/mgmt/accesskey' },
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'delay', ms: 700 },
      });
      const before = keyOf('K2Full');
      const change = (operation: string, role: string, flag: string): Promise<CliRun> =>
        runCli([operation, '--role', role, flag, 'access_key:K2Full'], { env: envOf(emulator) });

      const [revoked, other] = await Promise.all([
        change('revoke', 'Editor', '--from'),
        second === 'Viewer' ? change('revoke', 'Viewer', '--from') : change('grant', 'Auditor', '--to'),
      ]);

      const after = keyOf('K2Full');
      expect(updates().length).toBeGreaterThan(1);
      for (const ended of [revoked, other]) {
        expect([0, 5]).toContain(ended.code);
      }
      if (revoked.code === 0) {
        expect(after?.roleNames).not.toContain('Editor');
      }
      if (other.code === 0) {
        expect(after?.roleNames.includes(second)).toBe(second === 'Auditor');
      }
      expect([revoked.code, other.code]).toContain(0);
      expect(after?.keyTenants).toEqual(before?.keyTenants);
      if (second === 'Auditor') {
        expect(after?.roleNames).toContain('Viewer');
      }
    },
  );
});
