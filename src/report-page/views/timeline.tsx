import * as Plot from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { ReportEvent, ReportWeek } from '../../answers/report-things.ts';
import { type Report, useReport } from '../context.ts';
import { eventsOf, peopleListed, weeksToDraw } from '../data/timeline.ts';
import { counted, moment, number } from '../format.ts';
import { type Route, toHash } from '../route.ts';
import { Chart } from './chart.tsx';
import { commonColumns } from './columns.tsx';
import { Grid } from './grid.tsx';
import { Section, Tile } from './section.tsx';

/** Two years: more bars than that nobody can tell apart. The list has all weeks. */
const mostDrawn = 104;
const colours = { gained: 'var(--series-1)', lost: 'var(--series-2)' } as const;

/** Who gained and lost what, week by week, as far as the store goes back. */
export function TimelineView({ route }: { readonly route: Route }) {
  const { project } = useReport();
  const { timeline } = project;
  if (timeline === undefined) {
    return (
      <section class="panel" aria-label="Timeline">
        <h2>Timeline</h2>
        <p class="clear">This page was made from the file of one sync, which knows no past. Make it from a store.</p>
      </section>
    );
  }
  const sum = (key: 'gained' | 'lost' | 'appeared' | 'gone'): number =>
    timeline.weeks.reduce((total, row) => total + row[key], 0);
  const drawn = weeksToDraw(project, mostDrawn);
  return (
    <>
      <p class="lead">
        What changed since {moment(timeline.since)}, as {counted(timeline.syncs, 'sync')} found it. What the first one
        found is no change. A change is known to lie between two syncs, and is counted in the week of the later one
        (Monday to Sunday, UTC); what came and went between two is not known.
      </p>
      <section class="tiles" aria-label="The past in numbers">
        <Tile name="Access gained" value={sum('gained')} note="memberships, roles, consents and more, as they stand" />
        <Tile name="Access lost" value={sum('lost')} note="memberships, roles, consents and more, as they stood" />
        <Tile name="Came" value={sum('appeared')} note="people, keys and apps" />
        <Tile name="Went" value={sum('gone')} note="people, keys and apps" />
      </section>
      <div class="block">
        <Chart
          title="Access gained and lost, by week"
          note={`Gained above the line, lost below it.${timeline.weeks.length > 0 && drawn[0]?.week !== timeline.weeks[0]?.week ? ' The last two years; the list has all weeks.' : ''}`}
          table={{
            head: ['Week of', 'Gained', 'Lost'],
            rows: drawn.map(({ week, gained, lost }) => [week, number(gained), number(lost)]),
          }}
          legend={[
            [colours.gained, 'gained'],
            [colours.lost, 'lost'],
          ]}
          draw={(width, dense) => drawWeeks(drawn, width, dense)}
        />
      </div>
      <WeekEvents week={route[1]} />
      <Weeks weeks={timeline.weeks} selected={route[1]} />
    </>
  );
}

function Weeks({ weeks, selected }: { readonly weeks: readonly ReportWeek[]; readonly selected: string | undefined }) {
  const report = useReport();
  const rows = useMemo(() => weeks.toReversed(), [weeks]);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const of = (key: 'gained' | 'lost' | 'appeared' | 'gone', name: string) =>
      common.number(key, name, (row) => rows[row]?.[key] ?? 0);
    return [
      common.text('week', 'Week of', '1.2fr', (row) => rows[row]?.week ?? '', { least: 100 }),
      of('gained', 'Gained'),
      of('lost', 'Lost'),
      of('appeared', 'Came'),
      of('gone', 'Went'),
    ];
  }, [rows]);
  return (
    <Section
      title="Weeks"
      count={weeks.length}
      rule="Weeks in which anything changed, the newest first. Select one to see who."
      none="Nothing changed between the syncs."
    >
      <Grid
        label="changes by week"
        noun={['week', 'weeks']}
        columns={columns}
        count={rows.length}
        href={(row) => toHash('timeline', rows[row]?.week ?? '')}
        isSelected={(row) => rows[row]?.week === selected}
        tall
      />
    </Section>
  );
}

/** Who it was in one week. */
function WeekEvents({ week = '' }: { readonly week: string | undefined }) {
  const report = useReport();
  const { events, total } = eventsOf(report.project, week);
  const columns = useMemo(() => {
    const common = commonColumns(report);
    const text = (of: (event: ReportEvent) => string) => (row: number) => {
      const event = events[row];
      return event === undefined ? '' : of(event);
    };
    return [
      common.text(
        'change',
        'Change',
        '0.8fr',
        text(({ change }) => words[change]),
        { least: 80 },
      ),
      common.text(
        'who',
        'Who',
        '1.6fr',
        text(({ who, whoId }) => (who === '' ? whoId : who)),
        { least: 120 },
      ),
      common.text('what', 'What', '1.6fr', text(whatOf), { least: 120 }),
      common.text(
        'between',
        'Between',
        '1.5fr',
        text(({ notBefore, notAfter }) => `${moment(notBefore)} – ${moment(notAfter)}`),
        {
          key: (row) => events[row]?.notAfter ?? '',
        },
      ),
      common.text(
        'who-id',
        'Id',
        '1.2fr',
        text(({ whoType, whoId }) => `${whoType}:${whoId}`),
        { isOptional: true },
      ),
      common.text(
        'what-id',
        'Id of what',
        '1.2fr',
        text(({ heldType, heldId }) => (heldType === '' ? '' : `${heldType}:${heldId}`)),
        {
          isOptional: true,
        },
      ),
    ];
  }, [report, week]);
  if (week === '') {
    return null;
  }
  return (
    <Section
      title={`Week of ${week}`}
      count={total}
      rule={
        events.length < total
          ? `The page has ${number(events.length)} of these changes, the newest; “baton-descope sql STORE "select * from changes"” has all.`
          : 'Each change lies between the two times. Names are those of the newest sync.'
      }
      none="Nothing changed in this week."
    >
      <Grid
        label={`changes in the week of ${week}`}
        noun={['change', 'changes']}
        columns={columns}
        count={events.length}
        href={(row) => hrefOf(report, events[row])}
        tall
      />
    </Section>
  );
}

const words: Readonly<Record<ReportEvent['change'], string>> = {
  gained: 'gained',
  lost: 'lost',
  appeared: 'came',
  gone: 'went',
};

function whatOf({ heldType, held, heldId }: ReportEvent): string {
  const name = held === '' ? heldId : held;
  return heldType === 'tenant' ? `member of ${name}` : name;
}

/** Whoever is still there has a page; the role or tenant of somebody who is gone may have one. */
function hrefOf({ project }: Report, event: ReportEvent | undefined): string {
  const { whoType = '', whoId = '', heldType = '', heldId = '', week = '' } = event ?? {};
  if (whoType === 'user' && peopleListed(project).has(whoId)) {
    return toHash('people', whoId);
  }
  if (heldType === 'tenant' && project.tenants.some(({ id }) => id === heldId)) {
    return toHash('tenants', heldId);
  }
  return heldType === 'role' && project.roles.some(({ id }) => id === heldId)
    ? toHash('roles', heldId)
    : toHash('timeline', week);
}

function drawWeeks(weeks: readonly ReportWeek[], width: number, dense: boolean): SVGSVGElement | HTMLElement {
  const pieces = weeks.flatMap(({ week, gained, lost }) =>
    [
      { value: gained, colour: colours.gained, word: 'gained' },
      { value: -lost, colour: colours.lost, word: 'lost' },
    ].map(({ value, colour, word }) => ({
      week,
      value,
      colour,
      href: toHash('timeline', week),
      title: `${week}: ${number(Math.abs(value))} ${word}`,
    })),
  );
  const every = Math.max(1, Math.ceil(weeks.length / (width < 480 ? 6 : 16)));
  return Plot.plot({
    width,
    height: dense ? 160 : 230,
    marginLeft: 48,
    marginBottom: 62,
    marginTop: 12,
    className: 'plot',
    x: {
      label: null,
      type: 'band',
      domain: weeks.map(({ week }) => week),
      ticks: weeks.filter((_, place) => (weeks.length - 1 - place) % every === 0).map(({ week }) => week),
      padding: 0.18,
      tickRotate: -45,
    },
    y: { label: null, grid: true, ticks: 4, tickFormat: (value: number) => number(Math.abs(value)) },
    marks: [
      Plot.barY(
        pieces.filter(({ value }) => value !== 0),
        { x: 'week', y: 'value', fill: 'colour', href: 'href', title: 'title', rx: 2 },
      ),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
    ],
  });
}
