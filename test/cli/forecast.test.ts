import { describe, expect, it } from 'vitest';
import { forecastLines, logForecast } from '../../src/cli/forecast.ts';
import { describeProgress } from '../../src/cli/walk-progress.ts';
import type { GrantForecast } from '../../src/connector.ts';
import { type LogFields, silentLogger } from '../../src/log.ts';
import { createConnector } from '../../src/connector.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { createCollector } from '../support/walker.ts';

const large: GrantForecast = {
  conferring: 10_002_000,
  most: { roleName: 'Owner\u001b[2J', permissions: 2_000, tenants: 5_000, grants: 10_002_000 },
  bindings: 5_000,
  tenants: 5_000,
  projectRoles: 1,
};

/** One user in every tenant, with the one role there. */
function spread(tenants: number, permissions: number): DescopeModel {
  const ids = Array.from({ length: tenants }, (_, place) => `t${place}`);
  const names = Array.from({ length: permissions }, (_, place) => `p${place}`);
  return createProject({
    users: [user('ann', { userTenants: ids.map((id) => inTenant(id, 'Owner')) })],
    tenants: ids.map((id) => tenant(id)),
    roles: [
      role('Owner', { permissionNames: [...names, 'p0', 'gone'] }),
      role('Own', { tenantId: 't0', permissionNames: ['p0'] }),
      role('Idle'),
    ],
    permissions: names.map((name) => permission(name)),
  });
}

describe('the forecast of a sync', () => {
  it.each(['all', 'observed'] as const)(
    'is exactly what the sync then makes, and comes before the first grant (tenant roles: %s)',
    async (tenantRoles) => {
      const forecasts: GrantForecast[] = [];
      const collector = createCollector();
      const connector = createConnector({
        project: spread(30, 20),
        policy: { tenantRoles, strict: false, maxDangling: 100 },
        onForecast: (forecast) => {
          expect(collector.grants).toEqual([]);
          forecasts.push(forecast);
        },
      });

      await walk({ surface: connector, syncId: 'x', sink: collector.sink });

      const conferring = collector.grants.filter(({ id }) => id.startsWith('permission:')).length;
      const bindings = collector.resources.filter(({ id }) => id?.resourceType === 'role_binding').length;
      expect(forecasts).toEqual([
        {
          conferring,
          bindings,
          tenants: 30,
          projectRoles: 2,
          most: { roleName: 'Owner', permissions: 20, tenants: 30, grants: 20 * 31 },
        },
      ]);
      expect(conferring).toBe(20 * 31 + 1);
    },
  );
});

describe('what is told of it', () => {
  it('is nothing below a million', () => {
    expect(forecastLines({ ...large, conferring: 999_999, bindings: 999_999 })).toEqual([]);
  });

  it('is how many, how large, why, and what makes fewer', () => {
    const [line = '', ...more] = forecastLines(large);

    expect(more).toEqual([]);
    expect(line).toContain('10,002,000 grants say which role confers which permission, about 5.5 GB in .json');
    expect(line).toContain(
      '"Owner\\u{1b}[2J": 2,000 permissions, held inside 5,000 tenants, a grant for each. Fewer permissions',
    );
  });

  it('names the setting that lists fewer roles in tenants', () => {
    const [line = ''] = forecastLines({
      conferring: 0,
      most: undefined,
      bindings: 10_000_000,
      tenants: 5_000,
      projectRoles: 2_000,
    });

    expect(line).toBe(
      'note: 10,000,000 roles in tenants are listed, 5,000 tenants x 2,000 project roles, with an entitlement each; ' +
        '--tenant-roles observed lists only those that somebody holds',
    );
  });

  it('does not name it where it is set', () => {
    expect(
      forecastLines({ conferring: 0, most: undefined, bindings: 2_000_000, tenants: 5_000, projectRoles: 2_000 }),
    ).toEqual([]);
  });

  it('goes into the log without a name', () => {
    const lines: (readonly [string, LogFields | undefined])[] = [];

    logForecast({ ...silentLogger, warn: (event, fields) => void lines.push([event, fields]) })(large);

    expect(lines).toEqual([
      [
        'very many grants of permissions',
        {
          grants: 10_002_000,
          note: 'one project role has 2,000 permissions and is held inside 5,000 tenants: a grant for each',
        },
      ],
    ]);
  });

  it('shows how far the grants are', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const tell = describeProgress((text) => lines.push(text), {
      permissionGrants: () => 10_000_000,
      isTerminal: false,
      now: () => nowMs,
    });
    tell({ step: 'grants', typeId: 'permission', rows: 0 });
    nowMs = 10_000;
    tell({ step: 'grants', typeId: 'permission', rows: 2_500_000 });

    expect(lines).toEqual([
      'grants of permissions: 2,500,000 of 10,000,000 (25 %), 250,000/s, 10 s so far, about 30 s left',
    ]);
  });
});

describe('a sync that is stopped while it makes grants', () => {
  it('stops at the next page, though no request notices it', async () => {
    const stop = new AbortController();
    const collector = createCollector();
    const connector = createConnector({ project: spread(300, 20), policy: { tenantRoles: 'all' } });
    const sink = {
      ...collector.sink,
      grants: async (rows: Parameters<typeof collector.sink.grants>[0]) => {
        await collector.sink.grants(rows);
        stop.abort();
      },
    };

    await expect(walk({ surface: connector, syncId: 'x', sink, signal: stop.signal })).rejects.toMatchObject({
      kind: 'cancelled',
    });

    expect(collector.grants.length).toBeLessThanOrEqual(250);
  });
});
