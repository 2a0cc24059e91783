import { afterEach, describe, expect, it, vi } from 'vitest';
import { beginIndex } from '../../src/answers/file-index.ts';
import { rowsOfGrants, rowsOfResources } from '../../src/answers/listed-rows.ts';
import { checkIndex, planOf } from '../../src/checks/check.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import { takingTurns } from '../../src/insights/turns.ts';
import { indexed, offices, person } from '../support/check-world.ts';
import { held } from '../support/edge-files.ts';

afterEach(() => vi.restoreAllMocks());

/** Whether others have a turn while this is waited for. */
async function letsOthers(wait: () => Promise<void>): Promise<boolean> {
  let hadTurn = false;
  setImmediate(() => {
    hadTurn = true;
  });
  await wait();
  return hadTurn;
}

describe('long work in a process that has others to answer', () => {
  it('lets others have a turn once it has taken 25 ms since the last one, and not before', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const turn = takingTurns(new AbortController().signal);

    now.mockReturnValue(1_025);
    expect(await letsOthers(turn)).toBe(false);
    now.mockReturnValue(1_026);
    expect(await letsOthers(turn)).toBe(true);
    expect(await letsOthers(turn)).toBe(false);
    now.mockReturnValue(1_052);
    expect(await letsOthers(turn)).toBe(true);
  });

  it('ends at a turn once it is cancelled', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const ended = new AbortController();
    const turn = takingTurns(ended.signal);
    ended.abort();

    now.mockReturnValue(26);

    await expect(turn()).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('makes one index at a time, and the same index as at once', async () => {
    const { resources, grants } = offices([person('U1')], [held('role:Chief', 'user:U1')]);
    let turns = 0;
    await using growing = await beginIndex('world.json');
    growing.put([...rowsOfResources(resources), ...rowsOfGrants(grants)]);
    const sync = { summary: {}, types: new Set(['user']), isHumansOnly: false };

    const { database } = await growing.settleInTurns(sync, async () => void turns++);

    const indexes = database.prepare("select name from sqlite_schema where type = 'index' and sql is not null").all();
    expect(indexes.length).toBeGreaterThan(5);
    expect(turns).toBe(indexes.length + 1); // and the commit
    expect(database.prepare('select count(*) held from holding').get()).toEqual({ held: 1 });
  });

  it('has a step after each rule, also after one that finds nothing', async () => {
    await using index = await indexed(offices([person('U1', { status: 'disabled' })], [held('role:Chief', 'user:U1')]));
    const check = checkIndex(index, planOf(builtInRules));

    const steps = [...check.steps()];

    const evaluated = check.rules.filter(({ notEvaluated }) => notEvaluated === undefined);
    expect(steps.filter((step) => step === undefined)).toHaveLength(evaluated.length);
    expect(steps.filter((step) => step !== undefined)).toEqual([...check.findings()]);
    expect(steps.filter((step) => step !== undefined).map(({ rule }) => rule)).toContain('disabled-user-privileged');
  });
});
