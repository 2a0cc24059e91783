import { describe, expect, it } from 'vitest';
import { parseBaseUrl, parseProjectId } from '../../src/descope/base-url.ts';
import { type Fleet, projectNamed, readFleet } from '../../src/fleet/fleet.ts';
import { messageOf } from '../support/thrown.ts';

const one = 'P2FleetProjectOne00000000000';
const two = 'P2FleetProjectTwo00000000000';

function read(text: string): Fleet {
  return readFleet('/fleets/fleet.yaml', text, { projectId: parseProjectId, baseUrl: parseBaseUrl });
}

const whole = `
version: 1
defaults:
  key: { file: "keys/{name}" }
  schedule: { every: 1h }
  outputs: { folder: "out/{name}", keep: 3, history: access.db, history-keep: 400d }
  include: [access_key]
  labels: { team: identity }
  settings: { rate-limit: 100/m, max-shrink: 30 }
groups:
  acme: { at-once: 2, requests: 600/m }
  beta: { requests: 10/m }
projects:
  - id: ${one}
    name: acme-prod
    group: acme
    labels: { env: prod }
    outputs: { format: c1z }
    settings: { max-shrink: 5, ca-file: ca.pem }
  - id: ${two}
    key: { command: [vault, read, "key/{id}"] }
    base-url: https://api.euc1.descope.com
    schedule: { cron: "0 6 * * *", zone: Europe/Berlin }
    outputs: { history: "postgres://db.acme.example/access" }
    include: []
    timeout: 20m
    tries: 1
`;

describe('a fleet file', () => {
  it('says of each project what it says itself, else what defaults say; paths count from its folder', () => {
    const { projects, groups, budgets } = read(whole);

    expect(groups).toEqual(new Map([['acme', 2]]));
    expect(budgets).toEqual(
      new Map([
        ['acme', { requests: 600 }],
        ['beta', { requests: 10 }],
      ]),
    );
    expect(projects).toEqual([
      {
        id: one,
        name: 'acme-prod',
        key: { file: '/fleets/keys/acme-prod' },
        baseUrl: undefined,
        schedule: { every: 3_600_000 },
        folder: '/fleets/out/acme-prod',
        format: 'c1z',
        keep: 3,
        history: '/fleets/access.db',
        historyKeepMs: 34_560_000_000,
        include: ['access_key'],
        webhooks: [],
        settings: { maxShrink: '5', rateLimit: '100/m', caFile: '/fleets/ca.pem' },
        labels: { team: 'identity', env: 'prod' },
        group: 'acme',
        timeoutMs: 21_600_000,
        tries: 4,
        keysOfFleet: [],
        base: '/fleets',
        place: '/fleets/fleet.yaml:14:5',
      },
      {
        id: two,
        name: two,
        key: { command: ['vault', 'read', `key/${two}`] },
        baseUrl: 'https://api.euc1.descope.com',
        schedule: { cron: '0 6 * * *', zone: 'Europe/Berlin' },
        folder: `/fleets/out/${two}`,
        format: 'json',
        keep: 3,
        history: 'postgres://db.acme.example/access',
        historyKeepMs: 34_560_000_000,
        include: [],
        webhooks: [],
        settings: { maxShrink: '30', rateLimit: '100/m' },
        labels: { team: 'identity' },
        group: undefined,
        timeoutMs: 1_200_000,
        tries: 1,
        keysOfFleet: [],
        base: '/fleets',
        place: '/fleets/fleet.yaml:20:5',
      },
    ]);
  });

  it('has projects that are called by name or id', () => {
    const fleet = read(whole);

    expect(projectNamed(fleet, 'acme-prod').id).toBe(one);
    expect(projectNamed(fleet, two).name).toBe(two);
    expect(messageOf(() => projectNamed(fleet, 'acme-prdo'))).toBe(
      '/fleets/fleet.yaml has no project acme-prdo; did you mean acme-prod?',
    );
  });
});

/** A file of these lines behind the version, one project of which is in order. */
const lines = (...more: readonly string[]): string =>
  ['version: 1', 'projects:', `  - id: ${one}`, '    key: { env: KEY_ONE }', ...more].join('\n');

describe('a fleet file is refused with file, line and column where', () => {
  const secret = `K2${'x9'.repeat(20)}`;

  it.each([
    [
      'a project comes twice',
      lines(`  - id: ${one}`, '    name: again', '    key: { env: B }'),
      /fleet\.yaml:5:5 projects\.1\.id: projects\.0 has this id already/,
    ],
    [
      'a name comes twice',
      lines('    name: a', `  - id: ${two}`, '    name: a', '    key: { env: B }'),
      /fleet\.yaml:7:5 projects\.1\.name: projects\.0 has this name already/,
    ],
    [
      'two projects have one folder',
      lines('    outputs: { folder: out }', `  - id: ${two}`, '    key: { env: B }', '    outputs: { folder: ./out/ }'),
      /fleet\.yaml:8:5 projects\.1\.outputs: projects\.0 has this folder already, and each would write over the other/,
    ],
    [
      'a project has no key',
      `version: 1\nprojects:\n  - id: ${one}`,
      /fleet\.yaml:3:5 projects\.0: has no key: say key: /,
    ],
    [
      'a setting is not known',
      lines('    shedule: { every: 1h }'),
      /fleet\.yaml:5:5 projects\.0\.shedule: there is nothing of this name here; did you mean schedule\?/,
    ],
    [
      'a setting of sync is not known',
      lines('    settings: { max-shrnk: 3 }'),
      /fleet\.yaml:5:17 projects\.0\.settings\.max-shrnk: there is nothing of this name here; did you mean max-shrink\?/,
    ],
    [
      'a setting of sync has a wrong value',
      lines('    settings:', '      max-shrink: 101'),
      /fleet\.yaml:6:7 projects\.0\.settings\.max-shrink: must be a whole number from 0 to 100/,
    ],
    [
      'a cron pattern is none',
      lines('    schedule: { cron: "61 * * * *" }'),
      /fleet\.yaml:5:17 projects\.0\.schedule\.cron: must be a cron pattern such as /,
    ],
    [
      'a time zone is not known',
      lines('    schedule: { cron: "0 * * * *", zone: Europe/Berln }'),
      /fleet\.yaml:5:36 projects\.0\.schedule\.zone: must be the name of a time zone/,
    ],
    [
      'a budget is too small',
      lines('groups:', '  a: { requests: 9/m }'),
      /groups\.a\.requests: must be requests a minute, 10\/m at least/,
    ],
    [
      'a budget is of a second',
      lines('groups:', '  a: { requests: 10/s }'),
      /groups\.a\.requests: must be requests a minute/,
    ],
    ['a group is not there', lines('    group: acme'), /fleet\.yaml:5:5 projects\.0\.group: groups has no acme/],
    ['a type is not known', lines('    include: [acces_key]'), /fleet\.yaml:5:5 projects\.0\.include: .*acces_key/],
    [
      'an address would not be safe',
      lines('    base-url: http://api.acme.example'),
      /fleet\.yaml:5:5 projects\.0\.base-url: the Descope base URL must use https/,
    ],
    [
      'an id is none',
      lines(`  - id: nothing`, '    key: { env: B }'),
      /fleet\.yaml:5:5 projects\.1\.id: .*must begin with "P"/,
    ],
    [
      'a name is the id of another project: commands take both',
      lines(`  - { id: ${two}, name: ${one} }`),
      /fleet\.yaml:5:\d+ projects\.1\.name: is the id of projects\.0/,
    ],
    [
      'a store is none',
      lines('    outputs: { history: access.json }'),
      /fleet\.yaml:5:16 projects\.0\.outputs\.history: access\.json is no store: /,
    ],
    ['it is no YAML', 'version: 1\nprojects: [', /fleet\.yaml:2:1 /],
    ['it is empty', '', /fleet\.yaml:1:1 version: /],
  ])('%s', (_case, text, fault) => {
    const message = messageOf(() => read(text));
    expect(message).toMatch(fault);
    expect(message.split('\n').every((line) => line.startsWith('/fleets/fleet.yaml:'))).toBe(true);
  });

  it.each([
    ['as the key', `    key: ${secret}`],
    ['inside a command', `    key: { command: [echo, ${secret}] }`],
    ['in a label', `    labels: { note: "it is ${secret}" }`],
    ['as a file', `    key: { file: ${secret} }`],
  ])('a key stands in clear text %s; it is not repeated', (_case, line) => {
    const message = messageOf(() => read(`version: 1\nprojects:\n  - id: ${one}\n${line}\n`));
    expect(message).toMatch(/fleet\.yaml:4:\d+ holds what looks like a management key \(not shown\)/);
    expect(message).not.toContain(secret);
  });

  it('the key is a text of another form, which is not repeated', () => {
    const message = messageOf(() => read(`version: 1\nprojects:\n  - id: ${one}\n    key: hunter2hunter2\n`));
    expect(message).toMatch(
      /fleet\.yaml:4:5 projects\.0\.key: must say where the management key is: env, file or command/,
    );
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['a reference to nothing', 'projects:\n  - id: *nope', /^[^\n]*yaml:3:9 refers to nothing: [^\n]*$/],
    [
      'a reference to what it stands in',
      'projects: &all\n  - *all',
      /^[^\n]*yaml:3:5 refers to what it stands in: [^\n]*$/,
    ],
    ['a list as a name', 'projects: []\n? [a, b]\n: 1', /^[^\n]*yaml:3:3 a name must be a text, [^\n]*$/],
    ['a reference as a name', 'groups: &g\n  - a\n*g : 1', /^[^\n]*yaml:4:1 a name must be a text, [^\n]*$/],
    [
      'references to references',
      `a: &a [${'x,'.repeat(20)}]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]`,
      /^[^\n]*yaml:4:\d+ references \(\*\) are nested too often: [^\n]*$/,
    ],
  ])('it has %s: told in a line, with its place', (_what, text, told) => {
    expect(messageOf(() => read(`version: 1\n${text}\n`))).toMatch(told);
  });

  it('a part is named once, and meant again by a reference', () => {
    const more = `    labels: &mine { env: dev }\n  - id: ${two}\n    key: { env: B }\n    labels: *mine\n`;
    const { projects } = read(`version: 1\nprojects:\n  - id: ${one}\n    key: { env: A }\n${more}`);
    expect(projects.map(({ labels }) => labels)).toEqual([{ env: 'dev' }, { env: 'dev' }]);
    expect(projects.map(({ keysOfFleet }) => keysOfFleet)).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('several things are wrong: each has a line', () => {
    const text = lines('    group: a', '    include: [nothing]', `  - id: ${two}`, '    schedule: { every: 1h }');
    expect(messageOf(() => read(text)).split('\n')).toHaveLength(3);
  });
});

describe('a bucket of a fleet file', () => {
  const withS3 = (defaults: object, ...own: readonly object[]): string =>
    JSON.stringify({
      version: 1,
      defaults: { key: { env: 'A' }, outputs: { s3: defaults } },
      projects: [one, two].slice(0, own.length).map((id, place) => ({ id, outputs: { s3: own[place] } })),
    });

  it('is that of the defaults, but for what a project says; each has a place of its own', () => {
    const [first, second] = read(
      withS3(
        { bucket: 'acme-syncs', region: 'eu-central-1' },
        {},
        { prefix: 'x/{id}', endpoint: 'https://s3.acme.example/', credentials: { file: 'keys/{name}.json' } },
      ),
    ).projects;

    expect(first?.s3).toEqual({
      bucket: 'acme-syncs',
      prefix: one,
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      style: 'path',
      credentials: { env: { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY', token: 'AWS_SESSION_TOKEN' } },
    });
    expect(second?.s3).toMatchObject({
      bucket: 'acme-syncs',
      prefix: `x/${two}`,
      endpoint: 'https://s3.acme.example',
      credentials: { file: `/fleets/keys/${two}.json` },
    });
    expect(read(`version: 1\nprojects:\n  - id: ${one}\n    key: { env: A }\n`).projects[0]?.s3).toBeUndefined();
  });

  const pasted = `AKIA${'Q'.repeat(16)}`;
  it.each([
    ['no bucket', withS3({ region: 'eu-central-1' }, {}), /outputs\.s3 names no bucket/],
    ['one place for two projects', withS3({ bucket: 'acme', prefix: 'all' }, {}, {}), /has this place in S3/],
    [
      'an address without TLS',
      withS3({ bucket: 'acme', endpoint: 'http://s3.acme.example' }, {}),
      /endpoint: must begin with https:/,
    ],
    [
      'an address with a password',
      withS3({ bucket: 'acme', endpoint: 'https://a:b@s3.acme.example' }, {}),
      /without user, query or fragment/,
    ],
    [
      'a key where a variable belongs',
      withS3({ bucket: 'acme', credentials: { env: { id: pasted, secret: 'S' } } }, {}),
      /credentials/,
    ],
  ])('is refused with %s', (_what, text, told) => {
    const message = messageOf(() => read(text));
    expect(message).toMatch(told);
    expect(message).not.toContain(pasted);
  });
});

describe('webhooks of a fleet file', () => {
  const withHooks = (defaults: readonly object[], own?: readonly object[]): string =>
    JSON.stringify({
      version: 1,
      defaults: { key: { env: 'A' }, webhooks: defaults },
      projects: [{ id: one, name: 'acme', ...(own && { webhooks: own }) }],
    });
  const url = 'https://hooks.example/{name}?token=private';
  const secret = { file: 'hooks/{name}' };

  it('are those of the defaults, or those of the project instead', () => {
    const told = { url: 'https://hooks.example/acme?token=private', secret: { file: '/fleets/hooks/acme' } };
    expect(read(withHooks([{ url, secret }])).projects[0]?.webhooks).toEqual([{ ...told, events: ['access.changed'] }]);
    const own = [{ url, secret, events: ['sync.completed', 'sync.completed'] }];
    expect(read(withHooks([], own)).projects[0]?.webhooks).toEqual([{ ...told, events: ['sync.completed'] }]);
    expect(read(withHooks([{ url, secret }], [])).projects[0]?.webhooks).toEqual([]);
    expect(read(withHooks([{ url, secret: { env: 'HOOK' } }])).projects[0]?.keysOfFleet).toEqual(['A', 'HOOK']);
  });

  it.each([
    [
      'an address without TLS',
      [{ url: 'http://hooks.example/?private', secret }],
      /webhooks\.0\.url: must begin with https/,
    ],
    [
      'a password in the address',
      [{ url: 'https://a:private@hooks.example', secret }],
      /webhooks\.0\.url: must be an address/,
    ],
    [
      'the same address twice',
      [
        { url, secret },
        { url, secret },
      ],
      /webhooks\.1: this url is here already/,
    ],
    ['an event that is none', [{ url, secret, events: ['access.gone'] }], /webhooks\.0\.events/],
    ['a secret in clear text', [{ url, secret: `whsec_${'private'.repeat(6)}` }], /webhooks\.0\.secret/],
  ])('are refused with %s, which is not shown', (_what, hooks, told) => {
    const message = messageOf(() => read(withHooks(hooks)));
    expect(message).toMatch(told);
    expect(message).not.toContain('private');
  });
});
