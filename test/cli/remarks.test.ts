import { describe, expect, it } from 'vitest';
import { keyEndLines } from '../../src/cli/key-ends.ts';
import { remarks } from '../../src/cli/table.ts';
import type { SyncSummary } from '../../src/sync/summary.ts';

const none = { count: 0, first: [] };
const nothing = { apps: 'offered', consents: 'offered', expired_consents: 0, dangling_consents: 0 } as const;
const sso = { settings: 'offered', vanished_tenants: 0, unknown_roles: 0 } as const;
const keys = { scim: 'offered', scim_keys: 1, bound_to_nobody: 0 } as const;

/** A summary with as much in it as remarks look at. */
function summaryOf(more: Partial<SyncSummary>): SyncSummary {
  return {
    counts: { resources: { user: 1 } },
    consistency: { mode: 'stable' },
    dangling: none,
    ambiguous: none,
    cut: { textsCut: 0, attributesDropped: 0 },
    inheritance: { uncertain: 0, edges: 0, loops: 0, unknown_parents: 0 },
    ...more,
  } as SyncSummary;
}

describe('the remarks below a sync', () => {
  it('are none where all is offered and nothing leads nowhere', () => {
    const quiet = { access_keys: keys, sso, third_party: nothing };

    expect(remarks(summaryOf(quiet))).toEqual([]);
    expect(remarks(summaryOf({}))).toEqual([]);
  });

  const notOffered = 'not-offered' as const;
  it.each<[string, Partial<SyncSummary>]>([
    ['which access keys are those of SCIM (summary.access_keys)', { access_keys: { ...keys, scim: notOffered } }],
    ['tells of no SSO settings (summary.sso)', { sso: { ...sso, settings: notOffered } }],
    ['the default SSO configuration of each tenant only', { sso: { ...sso, settings: 'limited' } }],
    ['tells of no groups (summary.sso)', { sso: { ...sso, groups: notOffered } }],
    ['tells of no third-party apps (summary.third_party)', { third_party: { ...nothing, apps: notOffered } }],
    ['tells of no consents (summary.third_party)', { third_party: { ...nothing, consents: notOffered } }],
  ])('say that the deployment %s', (text, more) => {
    const said = remarks(summaryOf(more));

    expect(said).toHaveLength(1);
    expect(said[0]).toContain(text);
    expect(said[0]).toMatch(/^(?:warning|note): this deployment of Descope /);
  });

  it('count what leads nowhere: keys of nobody, and what roles of the console name', () => {
    const dangling = { count: 3, first: [] };
    const read = { unlisted_projects: 1, unlisted_tags: 2, own_keys: 'known', keys_ending_soon: [] } as const;

    expect(
      remarks(
        summaryOf({
          dangling,
          access_keys: { ...keys, bound_to_nobody: 2 },
          console: { ...read, keys_ending_soon: [] },
        }),
      ),
    ).toEqual([
      'warning: 3 references to something that does not exist, among them 2 access keys bound to a user who is gone (summary.dangling)',
      'note: roles of the console name 1 project and 2 tags that no listed project is or has (summary.console)',
    ]);
  });
});

describe('the warning of a management key that ends', () => {
  it('names the key, when it ends, and whether it is ours', () => {
    const end = { key_id: 'K2ABCDEF', name: 'CI', expires_at: '2026-12-20T00:00:00Z', days_left: 1 };
    const ending = (['yes', 'perhaps', 'no'] as const).map((ours) => Object.assign({ ours }, end));
    const console = { unlisted_projects: 0, unlisted_tags: 0, own_keys: 'unknown', keys_ending_soon: ending } as const;

    expect(keyEndLines({ console: { ...console, keys_ending_soon: ending } })).toEqual([
      'the management key "CI" (ABCDEF), with which this sync asks, ends on 2026-12-20, in 1 day: make another one in time',
      'the management key "CI" (ABCDEF), which may be the one with which this sync asks, ends on 2026-12-20, in 1 day: ' +
        'make another one in time',
      'the management key "CI" (ABCDEF), which may not act on this project, ends on 2026-12-20, in 1 day: make another one in time',
    ]);
    expect(keyEndLines({})).toEqual([]);
  });
});
