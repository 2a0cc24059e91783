import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { createAuthority } from '../support/certificates.ts';
import { envOf, type RunningCli, startCli, temporaryFolder } from '../support/cli.ts';
import { startPlatform, taskId } from '../support/platform.ts';
import { eventually } from '../support/eventually.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The series of a text of metrics; those of a histogram under its own name, too. */
function seriesOf(text: string): readonly Series[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].flatMap(([, name = '', labels = '', value]) => {
    const pairs = Object.fromEntries(
      Array.from(labels.matchAll(/(\w+)="([^"]*)"/g), ([, label = '', told = '']) => [label, told]),
    );
    const names = new Set([name, name.replace(/_(bucket|sum|count)$/, '')]);
    return [...names].map((own) => ({ name: own, labels: pairs, value: Number(value) }));
  });
}

interface Selector {
  readonly name: string;
  readonly matchers: readonly {
    readonly label: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
  readonly where: string;
}

/** Every metric that the pages and the files of deploy/ name, with what they select of it. */
async function selectors(): Promise<readonly Selector[]> {
  const found: Selector[] = [];
  for (const page of [
    'docs/metrics.md',
    'docs/operations.md',
    'docs/serve.md',
    'docs/troubleshooting.md',
    'README.md',
  ]) {
    const text = await readFile(new URL(`../../${page}`, import.meta.url), 'utf8');
    for (const [, name = '', inside = ''] of text.matchAll(
      /\b((?:baton_descope|process|nodejs)_[a-z0-9_]*[a-z0-9])(?:\{([^}]*)\})?/g,
    )) {
      if (name.startsWith('baton_descope_sync_last_run_')) {
        continue; // of the text file that one run of sync leaves, not of a server
      }
      const matchers = Array.from(
        inside.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g),
        ([, label = '', operator = '', values = '']) => ({ label, operator, values: values.split(/\\?\|/) }),
      );
      found.push({ name, matchers, where: `${page}: ${name}${inside === '' ? '' : `{${inside}}`}` });
    }
  }
  return found;
}

/** What a selector asks for and no series is there for: one series for each value that it names. */
function missing({ name, matchers, where }: Selector, all: readonly Series[]): readonly string[] {
  const ours = all.filter((series) => series.name === name);
  const untold = matchers.flatMap(({ label, operator, values }) =>
    operator.startsWith('!')
      ? ours.some(({ labels }) => !values.includes(labels[label] ?? ''))
        ? []
        : [`${label}${operator}${values.join('|')}`]
      : values
          .filter((value) => !ours.some(({ labels }) => labels[label] === value))
          .map((value) => `${label}="${value}"`),
  );
  return ours.length === 0 ? [where] : untold.map((what) => `${where}: ${what}`);
}

/** The series of a process as soon as it has the named one. */
async function seriesWith(name: string, pages: string): Promise<readonly Series[]> {
  return await eventually(async () => {
    const all = seriesOf(await (await fetch(`${pages}/metrics`)).text());
    expect(all.map((series) => series.name)).toContain(name);
    return all;
  });
}

/** What service mode tells of its platform, when it is connected and one sync is uploaded. */
async function seriesOfServiceMode(emulator: Emulator, folder: string): Promise<readonly Series[]> {
  await using platform = await startPlatform({ nextPollMs: 100 });
  const caFile = join(folder, 'platform.pem');
  await writeFile(caFile, platform.ca);
  const env = { ...envOf(emulator), ...platform.env, BATON_C1_CA_FILE: caFile, BATON_HEALTH_CHECK_PORT: '0' };
  await using service = startCli([], env);
  const [, pages = ''] = await service.until(/health and metrics on (.*)\n/);
  await platform.finished(platform.give({ id: taskId('first'), taskType: { case: 'syncFull', value: {} } }));
  const told = await seriesWith('baton_descope_last_successful_upload_seconds', pages);
  return told.filter(({ name }) => /_(tasks?|platform|last_successful_upload)_/.test(name));
}

describe('the metrics of a process in which nothing has happened but its first sync', () => {
  let emulator: Emulator;
  let running: RunningCli;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let all: readonly Series[] = [];

  beforeAll(async () => {
    emulator = await startEmulator({ users: 120 });
    folder = await temporaryFolder();
    const authority = await createAuthority('a test');
    const ours = await authority.issue('server');
    const paths = {
      cert: join(folder.path, 'server.pem'),
      key: join(folder.path, 'server.key'),
      ca: join(folder.path, 'ca.pem'),
    };
    await Promise.all([
      writeFile(paths.cert, ours.cert),
      writeFile(paths.key, ours.key),
      writeFile(paths.ca, authority.cert),
    ]);
    const tls = ['--tls-cert', paths.cert, '--tls-key', paths.key, '--tls-client-ca', paths.ca];
    running = startCli(
      [
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--health-check-port',
        '0',
        '--sync-every',
        '1h',
        '--out',
        folder.path,
        '--include',
        'console',
        '--history',
        join(folder.path, 'access.db'),
        '--api',
        ...tls,
      ],
      { ...envOf(emulator), DESCOPE_COMPANY_MANAGEMENT_KEY: emulator.companyKey },
    );
    const [, pages = ''] = await running.until(/health and metrics on (.*)\n/);
    const ofServe = await seriesWith('baton_descope_last_complete_sync_age_seconds', pages);
    all = [...ofServe, ...(await seriesOfServiceMode(emulator, folder.path))];
  });

  afterAll(async () => {
    await running.stop();
    await emulator.close();
    await folder[Symbol.asyncDispose]();
  });

  it('have a series for everything that pages name and alert on', async () => {
    const named = await selectors();

    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ matchers }) => matchers.length > 0).length).toBeGreaterThan(4);
    expect(named.flatMap((selector) => missing(selector, all))).toEqual([]);
  });

  it.each([
    ['baton_descope_syncs_total', { outcome: 'held' }],
    ['baton_descope_syncs_total', { outcome: 'unavailable' }],
    ['baton_descope_syncs_total', { outcome: 'internal' }],
    ['baton_descope_changes_total', { operation: 'grant', outcome: 'failed' }],
    ['baton_descope_changes_total', { operation: 'revoke', outcome: 'refused' }],
    ['baton_descope_api_requests_total', { endpoint: 'POST /v2/mgmt/user/search', status: '401' }],
    ['baton_descope_api_requests_total', { endpoint: 'POST /v1/mgmt/user/update/role/add', status: '403' }],
    ['baton_descope_api_requests_total', { endpoint: 'GET /v1/mgmt/role/all', status: '429' }],
    ['baton_descope_api_retries_total', { endpoint: 'GET /v1/mgmt/tenant/all' }],
    ['baton_descope_grpc_calls_total', { method: 'c1.connector.v2.GrantsService/ListGrants', code: 'INTERNAL' }],
    [
      'baton_descope_grpc_calls_total',
      { method: 'c1.connector.v2.GrantManagerService/Revoke', code: 'FAILED_PRECONDITION' },
    ],
  ])('begin at 0: %s %j', (name, labels) => {
    expect(
      all
        .filter((series) => series.name === name && JSON.stringify(series.labels) === JSON.stringify(labels))
        .map(({ value }) => value),
    ).toEqual([0]);
  });

  it.each(['tls-cert', 'tls-client-ca'])('tell until when the certificate of --%s is good', (file) => {
    const expiry = all.find(
      ({ name, labels }) =>
        name === 'baton_descope_tls_certificate_expiry_timestamp_seconds' && labels['file'] === file,
    );

    expect(Number(expiry?.value) - Date.now() / 1000).toBeGreaterThan(364 * 86_400);
    expect(Number(expiry?.value) - Date.now() / 1000).toBeLessThan(366 * 86_400);
  });
});
