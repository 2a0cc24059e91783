import type { JsonObject } from '@bufbuild/protobuf';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/report-page/data/finding.ts';
import { analyse } from '../../src/report-page/data/analysis.ts';
import { findAll } from '../../src/report-page/data/findings.ts';
import type { Project } from '../../src/report-page/data/project.ts';
import { certificateDays } from '../../src/report-page/data/sign-on-findings.ts';
import {
  binding,
  confers,
  flows,
  type HandWritten,
  held,
  maps,
  permission,
  resource,
  role,
  tenant,
  user,
  writeByHand,
} from '../support/edge-files.ts';
import { smallProject } from '../support/project-fixture.ts';
import { projectOf } from '../support/reports.ts';
import { writeSync } from '../support/sync-files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'way-findings-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The time of a file written by hand, and times before and after it. */
const day = (days: number): string =>
  new Date(Date.parse('2026-11-30T00:00:00Z') + days * 86_400_000).toISOString().replace('.000Z', 'Z');

/** Acme above EU above Berlin; Chief is privileged, Reader is not. Whatever is added comes behind. */
function world(grants: HandWritten['grants'] = [], resources: HandWritten['resources'] = []): HandWritten {
  return {
    types: ['sso_configuration', 'idp_group'],
    resources: [
      user('U1', 'Ada', { login_ids: ['ada@acme.example'], email: 'ada@acme.example' }),
      user('U2', 'Bob'),
      tenant('acme', 'Acme'),
      tenant('eu', 'EU', 'acme'),
      tenant('berlin', 'Berlin', 'eu'),
      role('Chief'),
      role('Reader'),
      permission('admin.all'),
      permission('see'),
      ...['acme', 'eu', 'berlin'].flatMap((id) => [binding(id, 'Chief'), binding(id, 'Reader')]),
      ...resources,
    ],
    grants: [confers('role:Chief', 'admin.all'), confers('role:Reader', 'see'), ...grants],
  };
}

async function find(hand: HandWritten, id: string): Promise<{ readonly finding: Finding; readonly project: Project }> {
  const path = join(folder, 'sync.json');
  await writeByHand(path, hand);
  const project = await projectOf(path);
  const finding = findAll(project, analyse(project)).find((one) => one.id === id);
  if (finding === undefined) {
    throw new Error(`no finding ${id}`);
  }
  return { finding, project };
}

/** Rows in words: name, person, role, tenant, count and why, as far as they have them. */
async function rowsOf(hand: HandWritten, id: string): Promise<string[]> {
  const { finding, project } = await find(hand, id);
  return finding.rows.map(({ name, user: at, role: held_, place, count, why }) =>
    [
      name,
      at === undefined ? undefined : project.users.id.at(at),
      held_ === undefined ? undefined : project.roles[held_]?.name,
      place === undefined || place === -1 ? undefined : project.tenants[place]?.id,
      count,
      why === '' ? undefined : why,
    ]
      .filter((word) => word !== undefined)
      .join(' | '),
  );
}

const chiefBelow = [
  flows('role_binding:eu/Chief', 'role_binding:acme/Chief', 'acme'),
  flows('role_binding:berlin/Chief', 'role_binding:acme/Chief', 'acme', { reason: 'user-only' }),
];

describe('privileged in a tenant by inheritance alone', () => {
  it('is who holds a privileged role above, with the tenants below and how many are uncertain', async () => {
    expect(
      await rowsOf(world([held('role_binding:acme/Chief', 'user:U1'), ...chiefBelow]), 'inherited-privileged'),
    ).toEqual(['U1 | Chief | acme | 2 | 1 of 2 uncertain']);
  });

  it('does not count the tenants in which the person holds a privileged role', async () => {
    const grants = [
      held('role_binding:acme/Chief', 'user:U1'),
      held('role_binding:eu/Chief', 'user:U1'),
      ...chiefBelow,
    ];

    expect(await rowsOf(world(grants), 'inherited-privileged')).toEqual(['U1 | Chief | acme | 1 | 1 of 2 uncertain']);
  });

  it.each([
    ['who is privileged in the whole project', ['role:Chief', 'role_binding:acme/Chief'], chiefBelow],
    [
      'who inherits an ordinary role',
      ['role_binding:acme/Reader'],
      [flows('role_binding:eu/Reader', 'role_binding:acme/Reader', 'acme')],
    ],
    ['whose privileged role no tenant inherits', ['role_binding:acme/Chief'], []],
  ])('is nobody %s', async (_, on, edges) => {
    const grants = [...on.map((what) => held(what, 'user:U1')), ...edges];

    expect(await rowsOf(world(grants), 'inherited-privileged')).toEqual([]);
  });

  it('is not told from a file that does not tell what is inherited: no rows are no good news', async () => {
    const path = join(folder, 'none.json');
    await writeSync(path, smallProject(), { inheritance: 'none' });
    const project = await projectOf(path);

    expect(findAll(project, analyse(project)).find(({ id }) => id === 'inherited-privileged')).toMatchObject({
      isUntold: true,
      none: expect.stringContaining('--inheritance auto') as string,
    });
  });
});

const configuration = (profile: JsonObject = {}, id = 'acme/okta'): HandWritten['resources'][number] =>
  resource('sso_configuration', id, 'SSO', {
    parent: id.split('/')[0] ?? '',
    profile: { tenant_id: id.split('/')[0] ?? '', sso_id: 'okta', kind: 'saml', ...profile },
  });
const group = (profile: JsonObject = {}): HandWritten['resources'][number] =>
  resource('idp_group', 'acme/okta/G1', 'Writers (Acme)', {
    parent: 'acme',
    profile: { tenant_id: 'acme', sso_id: 'okta', group_name: 'Writers', ...profile },
  });

describe('a privileged role that a login gives', () => {
  it.each([
    ['idp_group:acme/okta/G1', 'group_mapping', 'group Writers of Acme | Chief | acme | 1'],
    [
      'sso_configuration:acme/okta',
      'default_sso_role',
      'sign-in through SSO configuration okta of Acme | Chief | acme | 0',
    ],
    ['tenant:acme', 'tenant_default_role', 'joining Acme | Chief | acme | 0'],
  ])('is found where %s gives it', async (from, via, expected) => {
    const grants = [held('idp_group:acme/okta/G1', 'user:U2'), maps('role_binding:acme/Chief', from, { via })];

    expect(await rowsOf(world(grants, [configuration(), group()]), 'mapped-privileged')).toEqual([
      `${expected} | allows admin.all`,
    ]);
  });

  it('is not found where the role is ordinary', async () => {
    const grants = [maps('role_binding:acme/Reader', 'idp_group:acme/okta/G1', { via: 'group_mapping' })];

    expect(await rowsOf(world(grants, [configuration(), group()]), 'mapped-privileged')).toEqual([]);
  });
});

describe('a mapping to a role that does not exist', () => {
  it('is found on the group, and among the default roles of the configuration', async () => {
    expect(
      await rowsOf(
        world([], [configuration({ unknown_roles: ['Gone'] }), group({ unknown_roles: ['Vanished'] })]),
        'mapped-gone',
      ),
    ).toEqual(['Vanished | acme | mapped to group Writers', 'Gone | acme | default role of SSO configuration okta']);
  });

  it('is not found where every mapped role exists', async () => {
    expect(
      await rowsOf(
        world([], [configuration({ default_sso_roles: ['Reader'], unknown_roles: [] }), group()]),
        'mapped-gone',
      ),
    ).toEqual([]);
  });
});

describe('a certificate that ends', () => {
  const cert = (days: number): JsonObject => ({ subject: 'CN=idp', not_after: day(days), days_left: days });
  const ends = async (profile: JsonObject): Promise<readonly [string, readonly string[]]> => {
    const { finding } = await find(world([], [configuration(profile)]), 'certificates');
    return [finding.urgency, finding.rows.map(({ why = '' }) => why)];
  };

  it('is found when it has expired, ends within 30 days, or cannot be parsed', async () => {
    expect(await ends({ certificates: [cert(-2)] })).toEqual(['act', ['expired on 2026-11-28']]);
    expect(await ends({ certificates: [cert(0)] })).toEqual(['look', ['ends on 2026-11-30, in 0 days']]);
    expect(await ends({ certificates: [cert(certificateDays)] })).toEqual(['look', ['ends on 2026-12-30, in 30 days']]);
    expect(await ends({ certificates: [{ unparseable: true }] })).toEqual(['look', ['cannot be parsed']]);
  });

  it('matters less where Descope follows a metadata address, or another certificate is good', async () => {
    expect(await ends({ certificates: [cert(-2)], metadata_url: 'https://idp.example/metadata' })).toEqual([
      'note',
      ['expired on 2026-11-28; Descope follows the metadata address'],
    ]);
    expect(await ends({ certificates: [cert(-2), cert(400)] })).toEqual([
      'note',
      ['expired on 2026-11-28; another certificate is good'],
    ]);
  });

  it('is not found where it is good for longer, or there is none', async () => {
    expect(await ends({ certificates: [cert(certificateDays + 1)] })).toEqual(['look', []]);
    expect(await ends({})).toEqual(['look', []]);
  });
});

describe('an exception from enforced single sign-on', () => {
  it('is found by user id, login or address, in whatever case, and where it fits nobody', async () => {
    const profile = { enforce_sso: true, exclusions: ['U2', 'ADA@acme.example', 'nobody@acme.example'] };

    expect(await rowsOf(world([], [configuration(profile)]), 'sso-exclusions')).toEqual([
      'U2 | U2 | acme',
      'ADA@acme.example | U1 | acme',
      'nobody@acme.example | acme',
    ]);
  });

  it('is told once for a tenant with two configurations', async () => {
    const profile = { enforce_sso: true, exclusions: ['U2'] };

    expect(
      await rowsOf(
        world([], [configuration(profile), configuration({ ...profile, sso_id: 'second' }, 'acme/second')]),
        'sso-exclusions',
      ),
    ).toEqual(['U2 | U2 | acme']);
  });

  it('is not found where single sign-on is not enforced, or nobody is excepted', async () => {
    expect(await rowsOf(world([], [configuration({ exclusions: ['U2'] })]), 'sso-exclusions')).toEqual([]);
    expect(await rowsOf(world([], [configuration({ enforce_sso: true, exclusions: [] })]), 'sso-exclusions')).toEqual(
      [],
    );
  });
});

describe('findings about single sign-on', () => {
  it.each(['mapped-privileged', 'mapped-gone', 'certificates', 'sso-exclusions'])(
    'say of a file without it that %s is not told',
    async (id) => {
      const { finding } = await find({ ...world(), types: [] }, id);

      expect(finding).toMatchObject({ isUntold: true, rows: [] });
      expect(finding.none).toContain('--include sso_configuration,idp_group');
    },
  );

  it('say that all is well where it was read and nothing is wrong', async () => {
    for (const id of ['mapped-privileged', 'mapped-gone', 'certificates', 'sso-exclusions']) {
      expect((await find(world(), id)).finding.isUntold, id).not.toBe(true);
    }
  });
});

describe('a role that nobody holds', () => {
  it('says when a login will give it: it is then no role to delete', async () => {
    const grants = [maps('role_binding:acme/Reader', 'idp_group:acme/okta/G1', { via: 'group_mapping' })];

    expect(await rowsOf(world(grants, [group()]), 'unheld-roles')).toEqual([
      'Chief | allows admin.all',
      'Reader | a login will give it',
    ]);
  });
});
