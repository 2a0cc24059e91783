// The dashboard of a fleet, deploy/grafana/fleet.json.

const of = '{project=~"$project",group=~"$group"}';
const name = (metric: string): string => `baton_descope_fleet_${metric}`;
/** Every process of a fleet tells the same of its projects. */
const each = (metric: string, by = 'project, group'): string => `max by (${by}) (${name(metric)}${of})`;

interface Query {
  readonly expr: string;
  readonly legend?: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'stat' | 'timeseries' | 'table' | 'bargauge';
  readonly unit?: string;
  readonly width: number;
  readonly height: number;
  readonly queries: readonly Query[];
  /** Only the newest value counts. */
  readonly isNow?: boolean;
  readonly steps?: readonly { readonly color: string; readonly value: number | null }[];
  readonly isStacked?: boolean;
}

const bad = [
  { color: 'green', value: null },
  { color: 'red', value: 1 },
];

const panels: readonly Panel[] = [
  {
    title: 'Projects that are known',
    description: 'Share of projects with a schedule whose newest complete sync is not old',
    type: 'stat',
    unit: 'percentunit',
    width: 4,
    height: 4,
    isNow: true,
    queries: [{ expr: `1 - avg(${each('result_old')})` }],
    steps: [
      { color: 'red', value: null },
      { color: 'orange', value: 0.95 },
      { color: 'green', value: 1 },
    ],
  },
  {
    title: 'Given up',
    description: 'Projects of which all tries failed',
    type: 'stat',
    width: 4,
    height: 4,
    isNow: true,
    steps: bad,
    queries: [{ expr: `count(${each('given_up_in_a_row')} > 0) or vector(0)` }],
  },
  {
    title: 'Overdue',
    description: 'Projects whose slot passed and was put in line by nobody',
    type: 'stat',
    width: 4,
    height: 4,
    isNow: true,
    steps: bad,
    queries: [{ expr: `max(${name('projects')}{state="overdue"})` }],
  },
  {
    title: 'In line',
    description: 'Projects that wait for a worker',
    type: 'stat',
    width: 4,
    height: 4,
    isNow: true,
    queries: [{ expr: `max(${name('projects')}{state="waiting"})` }],
  },
  {
    title: 'Workers busy',
    description: 'Syncs under way, and how many could be',
    type: 'stat',
    width: 4,
    height: 4,
    isNow: true,
    queries: [
      { expr: `sum(${name('workers_busy')})`, legend: 'busy' },
      { expr: `sum(${name('workers')})`, legend: 'of' },
    ],
  },
  {
    title: 'Engine',
    description: 'Whether each process reaches its engine',
    type: 'stat',
    width: 4,
    height: 4,
    isNow: true,
    queries: [{ expr: `min(${name('engine_up')})` }],
    steps: [
      { color: 'red', value: null },
      { color: 'green', value: 1 },
    ],
  },
  {
    title: 'Projects by state',
    description: 'How all projects of the file are',
    type: 'timeseries',
    width: 12,
    height: 8,
    isStacked: true,
    queries: [{ expr: `max by (state) (${name('projects')})`, legend: '{{state}}' }],
  },
  {
    title: 'The longest wait in line',
    description: 'Of the run that is due longest and has no worker yet',
    type: 'timeseries',
    unit: 's',
    width: 12,
    height: 8,
    queries: [{ expr: `max(${name('longest_wait_seconds')})`, legend: 'longest wait' }],
  },
  {
    title: 'The oldest results',
    description: 'Age of the last complete sync',
    type: 'bargauge',
    unit: 's',
    width: 12,
    height: 10,
    isNow: true,
    queries: [{ expr: `topk(15, ${each('last_complete_sync_age_seconds')})`, legend: '{{project}}' }],
  },
  {
    title: 'What went wrong with the last try',
    description: 'Projects whose last try failed, by the kind of failure',
    type: 'table',
    width: 12,
    height: 10,
    isNow: true,
    queries: [{ expr: each('project_failure', 'project, group, kind') }],
  },
  {
    title: 'Tries that ended',
    description: 'By how they ended, over five minutes',
    type: 'timeseries',
    unit: 'short',
    width: 12,
    height: 8,
    isStacked: true,
    queries: [{ expr: `sum by (result) (increase(${name('syncs_total')}${of}[5m]))`, legend: '{{result}}' }],
  },
  {
    title: 'How long syncs take',
    description: 'Of those that were published, by group',
    type: 'timeseries',
    unit: 's',
    width: 12,
    height: 8,
    queries: [0.5, 0.95].map((quantile) => ({
      expr:
        `histogram_quantile(${quantile}, sum by (le, group) ` +
        `(rate(${name('sync_duration_seconds_bucket')}{group=~"$group",result="done"}[1h])))`,
      legend: `{{group}} ${quantile}`,
    })),
  },
  {
    title: 'Waits for a budget',
    description:
      'How long asks for requests waited for the budget of their group: the slowest twentieth, and on average',
    type: 'timeseries',
    unit: 's',
    width: 12,
    height: 8,
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le, group) (rate(${name('budget_wait_seconds_bucket')}{group=~"$group"}[5m])))`,
        legend: '{{group}} 0.95',
      },
      {
        expr: ['sum', 'count']
          .map((part) => `sum by (group) (rate(${name(`budget_wait_seconds_${part}`)}{group=~"$group"}[5m]))`)
          .join(' / '),
        legend: '{{group}} average',
      },
    ],
  },
  {
    title: 'Users',
    description: 'What the last complete syncs found, over all projects',
    type: 'timeseries',
    unit: 'short',
    width: 12,
    height: 8,
    queries: [
      {
        expr: `sum(max by (project) (${name('last_complete_sync_rows')}{project=~"$project",group=~"$group",type="user"}))`,
        legend: 'users',
      },
    ],
  },
  {
    title: 'Slots passed over, leases lost, engine away',
    description: 'What should stay at zero, over an hour',
    type: 'timeseries',
    unit: 'short',
    width: 12,
    height: 8,
    queries: [
      {
        expr: `sum(max by (project) (increase(${name('slots_passed_over_total')}${of}[1h])))`,
        legend: 'slots passed over',
      },
      { expr: `sum(increase(${name('syncs_total')}{result=~"lost|unwritten"}[1h]))`, legend: 'leases lost' },
      { expr: `sum(increase(${name('engine_failures_total')}[1h]))`, legend: 'engine did not answer' },
    ],
  },
];

/** The panels from left to right, a row as high as its first one. */
function placed(): readonly object[] {
  const source = { type: 'prometheus', uid: '${source}' };
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel, place) => {
    if (x + panel.width > 24) {
      [x, y] = [0, y + rowHeight];
    }
    rowHeight = panel.height;
    const gridPos = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    return {
      id: place + 1,
      title: panel.title,
      description: panel.description,
      type: panel.type,
      datasource: source,
      gridPos,
      fieldConfig: {
        defaults: {
          unit: panel.unit ?? 'none',
          ...(panel.steps !== undefined && { thresholds: { mode: 'absolute', steps: panel.steps } }),
          ...(panel.isStacked === true && { custom: { stacking: { mode: 'normal' }, fillOpacity: 20 } }),
        },
        overrides: [],
      },
      options: panel.type === 'table' ? {} : { reduceOptions: { calcs: ['lastNotNull'] } },
      targets: panel.queries.map(({ expr, legend }, number) => ({
        refId: String.fromCharCode(65 + number),
        datasource: source,
        expr,
        ...(legend !== undefined && { legendFormat: legend }),
        instant: panel.isNow === true,
        range: panel.isNow !== true,
        ...(panel.type === 'table' && { format: 'table' }),
      })),
    };
  });
}

function variable(label: 'project' | 'group'): object {
  return {
    name: label,
    label,
    type: 'query',
    datasource: { type: 'prometheus', uid: '${source}' },
    query: { query: `label_values(${name('project_state')}, ${label})`, refId: label },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  };
}

/** The text of deploy/grafana/fleet.json. */
export function dashboardText(): string {
  const dashboard = {
    title: 'Baton Descope: a fleet',
    uid: 'baton-descope-fleet',
    description: 'Syncs of a fleet of Descope projects. What the metrics mean: docs/fleet-metrics.md',
    tags: ['baton-descope'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-24h', to: 'now' },
    templating: {
      list: [
        { name: 'source', label: 'data source', type: 'datasource', query: 'prometheus', current: {} },
        variable('project'),
        variable('group'),
      ],
    },
    annotations: { list: [] },
    panels: placed(),
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
