import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { startCli } from '../support/cli.ts';
import { testFleet } from '../support/fleet.ts';

describe('a fleet run that takes the place of another one', () => {
  it('does what the other one was asked to end in the middle of: no slot is lost, and none is done twice', async () => {
    await using fleet = await testFleet({ projects: 3, defaults: { schedule: { every: '1d' } } });
    const file = join(fleet.folder, 'fleet.db');
    const rows = (sql: string): unknown[] => {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        return database.prepare(sql).all();
      } finally {
        database.close();
      }
    };
    const words = ['fleet', 'run', '--workers', '1', '--file', fleet.file];
    const env = { BATON_FLEET_ENGINE: `sqlite:${file}` };
    fleet.emulators.forEach(({ faults }) =>
      faults.add({ times: Infinity, fault: { kind: 'hang', at: 'before-headers' } }),
    );
    await using old = startCli(words, env);
    const [, name = ''] = await old.until(/"project":"(p\d)"[^\n]*sync started/);
    const under = fleet.emulators[Number(name.slice(1))];
    fleet.emulators.filter((one) => one !== under).forEach(({ faults }) => faults.clear());
    await using upgraded = startCli(words, env);
    await upgraded.until(/(?:sync complete[^]*){2}/); // the others: what the old one is at is not begun beside it
    const slots = rows('select id, last_slot, passed_over from project order by id');
    under?.faults.clear();
    const stopped = await old.stop();
    await upgraded.until(/(?:sync complete[^]*){3}/);

    expect(stopped).toMatchObject({ code: 0, stderr: expect.stringMatching(/put back in line/) });
    const { code, stderr } = await upgraded.stop();
    expect(code).toBe(0);
    // It was given back, and did not lapse: that would have cost one of its tries.
    expect(stderr).toMatch(new RegExp(`"project":"${name}"[^\\n]*"note":"try 1"[^\\n]*sync started`));
    expect(rows('select * from run')).toEqual([]);
    expect(rows('select id, last_slot, passed_over from project order by id')).toEqual(slots);
    const files = ['p0', 'p1', 'p2'].map((name) =>
      readdirSync(join(fleet.folder, 'syncs', name)).filter((one) => one.startsWith('sync-')),
    );
    expect(files.map(({ length }) => length)).toEqual([1, 1, 1]);
  });
});
