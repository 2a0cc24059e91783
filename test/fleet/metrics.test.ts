import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { dashboardText } from '../../scripts/grafana-fleet.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { ProjectState } from '../../src/fleet/engine.ts';
import { createFleetHealth } from '../../src/fleet/health.ts';
import { createFleetMetrics, type FleetMetrics } from '../../src/fleet/metrics.ts';
import { startPages } from '../../src/observe/pages.ts';
import { root } from '../docs/pages.ts';
import { hourlyFleet, hourMs } from '../support/fleet-simulation.ts';

interface Family {
  readonly name: string;
  readonly metrics: readonly { readonly value?: string; readonly labels?: Readonly<Record<string, string>> }[];
}
// The parser has no types, and its module field is none that Node reads.
const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => readonly Family[];

const nowMs = Date.parse('2026-11-30T12:00:00Z');
const quiet = { isPaused: false, givenUpInARow: 0, passedOver: 0 };
const made = (agoMs: number) => ({
  startedMs: nowMs - agoMs - 4_000,
  finishedMs: nowMs - agoMs,
  users: 7,
  grants: 9,
  requests: 3,
  slotMs: nowMs - agoMs,
});
const failure = { kind: 'unauthenticated', message: 'refused', atMs: nowMs } as const;
const run = { slotMs: nowMs, attempt: 0, tries: 4, dueMs: nowMs - 90_000 } as const;

/** P0 is well, P1 was given up, P2 waits, P3 was never synced and is unknown to the engine. */
const states = new Map<string, ProjectState>([
  ['P0', { ...quiet, last: made(60_000), lastSlotMs: nowMs, passedOver: 3 }],
  [
    'P1',
    { ...quiet, last: made(9 * hourMs), run: { ...run, state: 'given-up', attempt: 4 }, failure, givenUpInARow: 2 },
  ],
  ['P2', { ...quiet, last: made(60_000), run: { ...run, state: 'waiting' } }],
]);
const webhooks = [{ url: 'https://hooks.example/a', secret: { env: 'S' } }];
const fleet = hourlyFleet(4, { groups: { acme: { 'at-once': 1, requests: '60/m' } } }, (place) =>
  place === 1 ? { group: 'acme', webhooks } : place === 0 ? { webhooks } : {},
);
const events = { states: async () => new Map([['P1', { waiting: 3, dead: 2 }]]) };

function metricsOf(engine = { states: () => Promise.resolve(states), events }): FleetMetrics {
  return createFleetMetrics({ version: '1.2.3', fleet, engine, workers: 4, now: () => nowMs });
}

/** Metrics of a process in which everything has happened once. */
function lived(): FleetMetrics {
  const metrics = metricsOf();
  const [first, second] = fleet.projects;
  if (first === undefined || second === undefined) {
    throw new Error('the fleet is empty');
  }
  metrics.onEngine('the engine is away');
  metrics.onEngine(undefined);
  metrics.onStart(first);
  metrics.onEnd(first, 'done', 4_000);
  metrics.onStart(second);
  return metrics;
}

const families = async (metrics: FleetMetrics): Promise<ReadonlyMap<string, Family>> =>
  new Map(parse(await metrics.render()).map((family) => [family.name, family]));

/** "P1 acme given-up" of each sample with the value. */
async function having(metric: string, value: number, metrics = lived()): Promise<readonly string[]> {
  const found = (await families(metrics)).get(`baton_descope_fleet_${metric}`)?.metrics ?? [];
  return found
    .filter((sample) => Number(sample.value) === value)
    .map(({ labels = {} }) =>
      Object.values(labels)
        .filter((text) => text !== '')
        .join(' '),
    );
}

describe('the metrics of a fleet', () => {
  it('tell of each project with a webhook how many events wait, and were given up', async () => {
    expect(await having('events', 3)).toEqual(['P1 acme waiting']);
    expect(await having('events', 2)).toEqual(['P1 acme given-up']);
    expect(await having('events', 0)).toEqual(['P0 waiting', 'P0 given-up']);
  });

  it('tell how each project is, as the engine knows it at the scrape', async () => {
    expect(await having('project_state', 1)).toEqual(['P0 ok', 'P1 acme given-up', 'P2 waiting', 'P3 never']);
    expect(await having('project_failure', 1)).toEqual(['P1 acme unauthenticated']);
    expect(await having('result_old', 1)).toEqual(['P1 acme', 'P3']);
    expect(await having('given_up_in_a_row', 2)).toEqual(['P1 acme']);
    expect(await having('slots_passed_over_total', 3)).toEqual(['P0']);
    expect(await having('last_complete_sync_age_seconds', 60)).toEqual(['P0', 'P2']);
    expect(await having('last_complete_sync_duration_seconds', 4)).toEqual(['P0', 'P1 acme', 'P2']);
    expect(await having('last_complete_sync_rows', 9)).toEqual(['P0 grant', 'P1 acme grant', 'P2 grant']);
    expect(await having('projects', 0)).toContain('overdue');
    expect(await having('longest_wait_seconds', 90)).toHaveLength(1);
  });

  it('count what this process did, from 0 on for each project', async () => {
    expect(await having('syncs_total', 1)).toEqual(['P0 done']);
    expect(await having('syncs_total', 0)).toHaveLength(4 * 6 - 1);
    expect(await having('workers_busy', 1)).toHaveLength(1);
    expect(await having('engine_failures_total', 1)).toHaveLength(1);
  });

  it('count the waits for the budget of each group that has one, from 0 on', async () => {
    expect(await metricsOf().render()).toMatch(/^baton_descope_fleet_budget_wait_seconds_count\{group="acme"\} 0$/m);
    const metrics = metricsOf();
    metrics.onBudgetWait('acme', 0);
    metrics.onBudgetWait('acme', 7_000);
    const text = await metrics.render();
    expect(text.match(/(?<=^baton_descope_fleet_budget_wait_seconds_)(?:count|sum|bucket.*="(?:5|10)",).*/gm)).toEqual([
      'bucket{le="5",group="acme"} 1',
      'bucket{le="10",group="acme"} 2',
      'sum{group="acme"} 7',
      'count{group="acme"} 2',
    ]);
  });

  it('leave out what a scrape cannot know while the engine is away, and have it again after that', async () => {
    let isAway = false;
    const metrics = metricsOf({
      states: () => (isAway ? Promise.reject(new ConnectorError('unavailable', 'away')) : Promise.resolve(states)),
      events,
    });
    const told = async (): Promise<readonly string[]> =>
      [...(await families(metrics)).values()]
        .filter(({ name, metrics: samples }) => name.startsWith('baton_descope_fleet_') && samples.length > 0)
        .map(({ name }) => name.replace('baton_descope_fleet_', ''));
    const before = await told();
    isAway = true;
    const away = await told();

    expect(before.filter((name) => !away.includes(name))).toEqual(
      expect.arrayContaining([
        'projects',
        'project_state',
        'result_old',
        'longest_wait_seconds',
        'slots_passed_over_total',
      ]),
    );
    expect(await having('engine_up', 0, metrics)).toHaveLength(1);
    isAway = false;
    expect(await told()).toEqual(before);
    expect(await having('slots_passed_over_total', 3, metrics)).toEqual(['P0']); // not twice as many
  });

  it('are exactly those that docs/fleet-metrics.md explains, each with its labels', async () => {
    const page = readFileSync(join(root, 'docs', 'fleet-metrics.md'), 'utf8');
    const explained = Array.from(
      page.matchAll(/^\| `(baton_descope_fleet_\w+)` \|([^|]*)\|/gm),
      ([, name = '', labels = '']) =>
        [name, ...labels.replaceAll(/[`\s]/g, '').split(',').filter(Boolean).toSorted()].join(' '),
    );
    const text = await lived().render();
    const exposed = Array.from(text.matchAll(/^# TYPE (baton_descope_fleet_\w+)/gm), ([, name = '']) => {
      const [, labels = ''] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(text) ?? [];
      return [name, ...Array.from(labels.matchAll(/(\w+)="/g), ([, label = '']) => label).toSorted()].join(' ');
    });

    expect(exposed.toSorted()).toEqual(explained.toSorted());
  });
});

describe('the metrics of a dead project', () => {
  it('do not call its last sync new because a clock was wrong when it ended', async () => {
    const ahead = new Map<string, ProjectState>([['P0', { ...quiet, last: made(-2 * 86_400_000) }]]);
    const metrics = () => metricsOf({ states: () => Promise.resolve(ahead), events });
    expect(await having('result_old', 1, metrics())).toContain('P0');
    expect(await having('last_complete_sync_age_seconds', 0, metrics())).toEqual([]);
    metrics().close();
  });
});

describe('what is told and drawn of a fleet', () => {
  const rules = readFileSync(join(root, 'deploy', 'prometheus', 'fleet-alerts.yaml'), 'utf8');
  const alerts = (
    parseYaml(rules) as {
      readonly groups: readonly {
        readonly rules: readonly { readonly alert: string; readonly annotations: { readonly runbook_url: string } }[];
      }[];
    }
  ).groups.flatMap((group) => group.rules);

  it('names no metric that is not there, in alerts, dashboard, runbook and page', async () => {
    const exposed = new Set((await families(lived())).keys());
    const texts = [
      rules,
      dashboardText(),
      ...['fleet-metrics', 'fleet-runbook'].map((page) => readFileSync(join(root, 'docs', `${page}.md`), 'utf8')),
    ];
    const named = texts.flatMap((text) =>
      Array.from(text.matchAll(/baton_descope_\w+/g), ([name]) => name.replace(/_(?:bucket|sum|count)$/, '')),
    );

    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !exposed.has(name))).toEqual([]);
  });

  it('has a section of the runbook for each alert, which its runbook_url names', () => {
    const runbook = readFileSync(join(root, 'docs', 'fleet-runbook.md'), 'utf8');
    const sections = Array.from(runbook.matchAll(/^## (\w+)$/gm), ([, title = '']) => title);

    expect(sections).toEqual(alerts.map(({ alert }) => alert));
    expect(alerts.map(({ annotations }) => annotations.runbook_url)).toEqual(
      sections.map((title) => `docs/fleet-runbook.md#${title.toLowerCase()}`),
    );
  });

  it('has a test with promtool of each alert that fires', () => {
    const tests = readFileSync(join(root, 'deploy', 'prometheus', 'fleet-alerts.test.yaml'), 'utf8');
    const firing = Array.from(tests.matchAll(/alertname: (\w+)\n\s+exp_alerts/g), ([, name = '']) => name);

    expect(firing.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  it('is drawn by a dashboard that is made anew (npm run docs:grafana)', () => {
    expect(readFileSync(join(root, 'deploy', 'grafana', 'fleet.json'), 'utf8')).toBe(dashboardText());
  });
});

describe('the health of a process of a fleet', () => {
  it('fails while the engine is away, and not for a project; its pages say so', async () => {
    const changes: boolean[] = [];
    const health = createFleetHealth({
      workers: 4,
      onChange: (isHealthy) => changes.push(isHealthy),
      now: () => nowMs,
    });
    const pages = await startPages({ host: '127.0.0.1', port: 0, health, metrics: metricsOf() });
    const look = async (): Promise<readonly number[]> =>
      await Promise.all(['/live', '/ready', '/health'].map(async (path) => (await fetch(pages.url + path)).status));
    const [project] = fleet.projects;
    try {
      expect(await look()).toEqual([200, 503, 503]);
      health.setPhase('serving');
      if (project !== undefined) {
        health.onStart(project);
        health.onEnd(project, 'given-up', 1);
      }
      health.onEngine(undefined);
      expect(await look()).toEqual([200, 200, 200]);
      health.onEngine('no way to it');
      health.onEngine('no way to it');
      expect(await look()).toEqual([200, 200, 503]);
      expect(health.report().details.engine).toMatchObject({
        failuresInARow: 2,
        lastFailure: { what: 'no way to it' },
      });
      health.onEngine(undefined);
      expect(await look()).toEqual([200, 200, 200]);
      expect(changes).toEqual([false, true]);
      expect(await (await fetch(`${pages.url}/metrics`)).text()).toContain('baton_descope_fleet_workers 4');
    } finally {
      await pages.close();
    }
  });
});
