import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { errorKinds } from '../../src/errors.ts';
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts';
import { endings } from '../../src/provisioning/audit.ts';

interface Sample {
  readonly value?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buckets?: Readonly<Record<string, string>>;
}
interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly Sample[];
}

// The parser has no types, and its module field is none that Node reads.
const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => readonly Family[];

/** Metrics of a process in which everything has happened once. */
function lived(): Metrics {
  const metrics = createMetrics({
    version: '1.2.3',
    endpoints: ['POST /v2/mgmt/user/search'],
    now: () => Date.parse('2026-11-25T13:00:00Z'),
  });
  const { requests, syncs } = metrics;
  requests.onAttempt('POST /v2/mgmt/user/search')('200');
  requests.onAttempt('POST /v2/mgmt/user/search')('503');
  requests.onAttempt('GET /v1/mgmt/role/all')('timeout');
  requests.onAttempt('GET /v1/mgmt/role/all'); // still under way
  requests.onRetry('POST /v2/mgmt/user/search');
  requests.onRateWait(2_500);
  metrics.onQuestion('access', 200, 12);
  metrics.onQuestionRefused('tls');
  syncs.onScheduled(Date.parse('2026-11-25T14:00:00Z'));
  syncs.onSkipped(3);
  syncs.onStart();
  syncs.onComplete({
    finishedAtMs: Date.parse('2026-11-25T12:00:00Z'),
    counts: { resources: { user: 10, tenant: 2, total: 12 }, grants: { role: 7, total: 7 } },
  });
  syncs.onEnd('complete', 1_500, 0);
  syncs.onStart();
  syncs.onEnd('inconsistent', 500, 1);
  metrics.onCall('/c1.connector.v2.GrantsService/ListGrants', 12, 'OK');
  metrics.onCall('/c1.connector.v2.GrantsService/ListGrants', 12, 'UNAVAILABLE');
  metrics.onChange('grant', 'granted');
  metrics.onCertificates({ 'tls-cert': Date.parse('2027-01-01T00:00:00Z') });
  metrics.onKeyExpiry({ yes: Date.parse('2026-11-25T14:00:00Z'), perhaps: undefined });
  metrics.platform.expectTasks(['syncFull', 'grant']);
  metrics.platform.onPlatform('ok');
  metrics.platform.onTask('syncFull', 'held', 2_000);
  metrics.platform.onUpload();
  metrics.setHealthy(false);
  return metrics;
}

async function families(metrics = lived()): Promise<ReadonlyMap<string, Family>> {
  return new Map(parse(await metrics.render()).map((family) => [family.name, family]));
}

async function samples(name: string): Promise<readonly Sample[]> {
  return (await families()).get(`baton_descope_${name}`)?.metrics ?? [];
}

/** The labels of a metric's first sample; the parser forgets those of a histogram. */
function labelsIn(text: string, name: string): readonly string[] {
  const [, labels = ''] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(text) ?? [];
  return Array.from(labels.matchAll(/(\w+)="/g), ([, label = '']) => label).toSorted();
}

/** docs/metrics.md without the part on the file that `sync` writes. */
async function pageOfServe(): Promise<string> {
  const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  return page.replace(/^## sync from cron$[^]*?(?=^## )/m, '');
}

describe('/metrics', () => {
  it.each([
    ['api_requests_total', { endpoint: 'POST /v2/mgmt/user/search', status: '503' }, 1],
    ['api_requests_total', { endpoint: 'GET /v1/mgmt/role/all', status: 'timeout' }, 1],
    ['management_key_expires_in_seconds', { ours: 'yes' }, 3_600],
    ['api_requests_in_flight', undefined, 1],
    ['api_retries_total', { endpoint: 'POST /v2/mgmt/user/search' }, 1],
    ['api_rate_limit_waits_total', undefined, 1],
    ['api_rate_limit_wait_seconds_total', undefined, 2.5],
    ['syncs_total', { outcome: 'complete' }, 1],
    ['syncs_total', { outcome: 'inconsistent' }, 1],
    ['sync_running', undefined, 0],
    ['sync_failures_in_a_row', undefined, 1],
    ['sync_ticks_skipped_total', undefined, 3],
    ['next_sync_timestamp_seconds', undefined, Date.parse('2026-11-25T14:00:00Z') / 1000],
    ['last_complete_sync_timestamp_seconds', undefined, Date.parse('2026-11-25T12:00:00Z') / 1000],
    ['last_complete_sync_age_seconds', undefined, 3_600],
    ['last_complete_sync_rows', { section: 'resources', type: 'user' }, 10],
    ['last_complete_sync_rows', { section: 'grants', type: 'role' }, 7],
    ['grpc_calls_total', { method: 'c1.connector.v2.GrantsService/ListGrants', code: 'UNAVAILABLE' }, 1],
    ['changes_total', { operation: 'grant', outcome: 'granted' }, 1],
    ['tls_certificate_expiry_timestamp_seconds', { file: 'tls-cert' }, Date.parse('2027-01-01T00:00:00Z') / 1000],
    ['platform_up', undefined, 1],
    ['tasks_total', { kind: 'syncFull', result: 'held' }, 1],
    ['tasks_total', { kind: 'grant', result: 'success' }, 0],
    ['last_successful_upload_seconds', undefined, Date.parse('2026-11-25T13:00:00Z') / 1000],
    ['healthy', undefined, 0],
    ['build_info', { version: '1.2.3', node: process.versions.node }, 1],
  ])('%s %j is %d', async (name, labels, value) => {
    const found = (await samples(name)).filter((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels));

    expect(found.map((sample) => Number(sample.value))).toEqual([value]);
  });

  it.each(['sync_duration_seconds', 'api_request_duration_seconds', 'grpc_call_duration_seconds'])(
    '%s is a histogram that has counted',
    async (name) => {
      const text = await lived().render();
      const family = (await families()).get(`baton_descope_${name}`);

      expect(family?.type).toBe('HISTOGRAM');
      expect(Object.keys(family?.metrics[0]?.buckets ?? {})).toContain('+Inf');
      expect(text).toMatch(new RegExp(`^baton_descope_${name}_count\\{.*\\} [1-9]`, 'm'));
    },
  );

  it('tells of the process itself: memory, processor, and how late its timers are', async () => {
    const metrics = lived();
    await new Promise((resolve) => setTimeout(resolve, 30));

    const found = await families(metrics);
    const valueOf = (name: string): number => Number(found.get(`baton_descope_${name}`)?.metrics[0]?.value);

    expect(valueOf('resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(valueOf('heap_used_bytes')).toBeGreaterThan(1_000_000);
    expect(valueOf('cpu_seconds_total')).toBeGreaterThan(0);
    expect(
      Math.abs(valueOf('start_time_seconds') - (Date.parse('2026-11-25T13:00:00Z') / 1000 - process.uptime())),
    ).toBeLessThan(2);
    expect(
      found.get('baton_descope_event_loop_delay_seconds')?.metrics.map(({ labels }) => labels?.['quantile']),
    ).toEqual(['0.5', '0.99', '1']);
    expect(
      found
        .get('baton_descope_event_loop_delay_seconds')
        ?.metrics.every(({ value }) => Number(value) >= 0 && Number(value) < 5),
    ).toBe(true);
  });

  it('leaves out what is not known: the last complete sync before there was one, the next one without a schedule', async () => {
    const metrics = createMetrics({ version: '0' });
    const found = await families(metrics);

    expect(await metrics.render()).not.toMatch(/^baton_descope_((last_complete|next)_sync|management_key)/m);
    expect(found.get('baton_descope_syncs_total')?.metrics).toContainEqual({
      value: '0',
      labels: { outcome: 'complete' },
    });
  });

  it('has exactly the metrics that docs/metrics.md explains, each with its labels', async () => {
    const page = await pageOfServe();
    const explained = Array.from(
      page.matchAll(/^\| `(baton_descope_\w+)` \|([^|]*)\|/gm),
      ([, name = '', labels = '']) => ({
        name,
        labels: labels.replaceAll(/[`\s]/g, '').split(',').filter(Boolean).toSorted(),
      }),
    );

    const metrics = lived();
    const text = await metrics.render();
    const ours = [...(await families(metrics)).keys()].filter((name) => name.startsWith('baton_descope_'));
    const exposed = ours.map((name) => ({ name, labels: labelsIn(text, name) }));

    const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
      one.name.localeCompare(other.name);
    expect(exposed.toSorted(byName)).toEqual(explained.toSorted(byName));
  });

  it('has besides only the standard names of a Node process', async () => {
    const others = [...(await families()).keys()].filter((name) => !name.startsWith('baton_descope_'));

    expect(others).toEqual(
      expect.arrayContaining([
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'process_start_time_seconds',
        'nodejs_eventloop_lag_p99_seconds',
        'nodejs_heap_size_used_bytes',
        'nodejs_version_info',
      ]),
    );
    expect(others.filter((name) => !/^(process|nodejs)_/.test(name))).toEqual([]);
  });

  it('tells when a management key ends only while it is known, and counts down', async () => {
    let nowMs = Date.parse('2026-11-25T13:00:00Z');
    const metrics = createMetrics({ version: '0', now: () => nowMs });
    metrics.onKeyExpiry({ yes: undefined, perhaps: nowMs + 10_000 });
    nowMs += 4_000;

    expect(await metrics.render()).toMatch(/^baton_descope_management_key_expires_in_seconds\{ours="perhaps"\} 6$/m);
    metrics.onKeyExpiry({ yes: undefined, perhaps: undefined });
    expect(await metrics.render()).not.toMatch(/^baton_descope_management_key/m);
  });

  it('begins every count of changes and of syncs at 0', async () => {
    const text = await createMetrics({ version: '0' }).render();

    expect(text.match(/^baton_descope_changes_total\{.*\} 0$/gm)).toHaveLength(Object.values(endings).flat().length);
    expect(text.match(/^baton_descope_syncs_total\{.*\} 0$/gm)).toHaveLength(errorKinds.length + 2);
  });

  it('has no metric in the alerts of docs/metrics.md that is not there', async () => {
    const page = await pageOfServe();
    const exposed = await families();

    const named = new Set(Array.from(page.matchAll(/baton_descope_\w+/g), ([name]) => name));

    expect([...named].filter((name) => !exposed.has(name))).toEqual([]);
  });
});
