import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

interface Row {
  readonly principal: { readonly type: string; readonly id: string };
  readonly way: string;
  readonly role: string;
}

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

/** Who can refund orders in Initech, by a fresh sync: by direct holdings, and by the next login. */
async function whoCan(): Promise<readonly Row[]> {
  const file = join(folder.path, 'sync.json');
  const env = envOf(emulator);
  const sync = await runCli(['sync', '--out', file, '--include', 'sso_configuration,idp_group'], { env });
  const { stdout } = await runCli(['who-can', file, 'orders.refund', '--tenant', 'initech', '--json']);
  expect(sync.code).toBe(0);
  return (JSON.parse(stdout) as { readonly rows: readonly Row[] }).rows;
}

const idsOf = (rows: readonly Row[], way: string): readonly string[] =>
  rows.filter((row) => row.way === way && row.principal.type === 'user').map((row) => row.principal.id);

describe('what an answer says that somebody will gain', () => {
  it('comes true at the next login, and comes back after a revoke', async () => {
    const { state } = emulator;
    const before = await whoCan();
    const user = idsOf(before, 'will_gain').find((id) => state.user(id)?.status === 'enabled') ?? '';
    const login = ['emulator', 'login', user, '--tenant', 'initech', '--groups', 'Finance'];
    const run = await runCli(login, { env: envOf(emulator) });
    const after = await whoCan();

    expect(idsOf(before, 'direct')).not.toContain(user);
    expect(run.stdout).toMatch(/gained +Approver in initech, mapping of group Finance/);
    expect(idsOf(after, 'direct')).toContain(user);
    expect(idsOf(after, 'will_gain')).not.toContain(user);

    state.revokeRole(user, 'Approver', 'initech');
    expect(idsOf(await whoCan(), 'will_gain')).toContain(user);
    expect(state.signIn({ user, tenantId: 'initech', groups: ['Finance'] }).gained).toMatchObject([
      { role: 'Approver' },
    ]);
  });
});
