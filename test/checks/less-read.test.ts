import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIndex, planOf } from '../../src/checks/check.ts';
import { builtInRules } from '../../src/checks/rules.ts';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { pictureOf } from '../support/guarded-world.ts';

/** What can be read with a key of the project. */
const everything = ['access_key', 'application', 'third_party_app', 'sso_configuration', 'idp_group'];

/** Of each rule that was evaluated, how many findings it has. */
async function foundIn(emulator: Emulator, include: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { index } = await pictureOf(emulator, include);
  await using told = index;
  const check = checkIndex(told, planOf(builtInRules));
  const findings = [...check.findings()];
  return new Map(
    check.rules
      .filter(({ notEvaluated }) => notEvaluated === undefined)
      .map(({ rule }) => [rule.id, findings.filter((finding) => finding.rule === rule.id).length]),
  );
}

let emulator: Emulator;
let all: ReadonlyMap<string, number>;
beforeAll(async () => {
  emulator = await startEmulator({ users: 60 });
  all = await foundIn(emulator, everything);
});
afterAll(async () => {
  await emulator.close();
});

/** Rules that passed, and do not where everything is read. */
function wronglyPassed(found: ReadonlyMap<string, number>): string[] {
  return [...found].flatMap(([rule, count]) => (count === 0 && all.get(rule) !== 0 ? [rule] : []));
}

describe('a rule passes', () => {
  it.each([[[]], [['application']], [['sso_configuration']], [['idp_group']]])(
    'with --include %j only where it passes when everything is read',
    async (include) => {
      expect(
        all
          .values()
          .filter((count) => count > 0)
          .toArray().length,
      ).toBeGreaterThan(25);
      expect(wronglyPassed(await foundIn(emulator, include))).toEqual([]);
    },
  );

  it('only where the deployment tells what it looks at', async () => {
    const older = await startEmulator({ users: 60, switches: { scimKeys: 'missing', ssoSettingsAll: 'missing' } });
    const found = await foundIn(older, everything);
    await older.close();

    expect(found.has('scim-key-expired')).toBe(false);
    expect(all.get('scim-key-expired')).toBe(1);
    expect(all.get('default-role-admin')).toBe(0);
    expect(found.has('default-role-admin')).toBe(false); // the other configurations are not told
  });
});
