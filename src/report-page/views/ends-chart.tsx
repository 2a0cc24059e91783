import * as Plot from '@observablehq/plot';
import type { Report } from '../context.ts';
import { type EndingKind, endsByMonth } from '../data/expiry.ts';
import { counted, number } from '../format.ts';

const colours: Readonly<Record<EndingKind, string>> = {
  'Access keys': 'var(--series-1)',
  'Management keys': 'var(--series-4)',
  Certificates: 'var(--series-2)',
};

/** What ends in which month; undefined where the file tells nothing that ends. */
export function endsChart({ project }: Report) {
  const { months, kinds, never } = endsByMonth(project);
  if (kinds.length === 0) {
    return undefined;
  }
  const total = months.reduce((sum, { counts }) => sum + kinds.reduce((some, kind) => some + counts[kind], 0), 0);
  const hasKeys = kinds.some((kind) => kind !== 'Certificates');
  return {
    title: 'What expires, by month',
    note:
      `${listed(kinds)}. Keys that are switched off are left ` +
      `out.${hasKeys ? ` ${counted(never, 'active key never expires', 'active keys never expire')}.` : ''}`,
    table: {
      head: ['Month', ...kinds],
      rows: total === 0 ? [] : months.map(({ month, counts }) => [month, ...kinds.map((kind) => number(counts[kind]))]),
    },
    legend: kinds.map((kind) => [colours[kind], kind.toLowerCase()] as const),
    draw: (width: number, dense: boolean) => drawMonths(months, kinds, width, dense),
  };
}

/** "Access keys, management keys and certificates". */
function listed(kinds: readonly EndingKind[]): string {
  const [first = '', ...others] = kinds;
  const words = [first, ...others.map((kind) => kind.toLowerCase())];
  return words.length === 1 ? first : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function drawMonths(
  months: ReturnType<typeof endsByMonth>['months'],
  kinds: readonly EndingKind[],
  width: number,
  dense: boolean,
): SVGSVGElement | HTMLElement {
  const pieces = months.flatMap(({ month, counts }) =>
    kinds.map((kind) => ({
      month,
      value: counts[kind],
      colour: colours[kind],
      title: `${month}: ${number(counts[kind])} ${kind.toLowerCase()}`,
    })),
  );
  const most = Math.max(...months.map(({ counts }) => kinds.reduce((sum, kind) => sum + counts[kind], 0)));
  return Plot.plot({
    width,
    height: dense ? 150 : 210,
    marginLeft: 40,
    marginBottom: 52,
    marginTop: 12,
    className: 'plot',
    x: { label: null, type: 'band', domain: months.map(({ month }) => month), padding: 0.22, tickRotate: -45 },
    y: {
      label: null,
      grid: true,
      ticks: Math.min(4, most),
      tickFormat: (value: number) => (Number.isInteger(value) ? number(value) : ''),
    },
    marks: [
      Plot.barY(
        pieces.filter(({ value }) => value > 0),
        { x: 'month', y: 'value', fill: 'colour', title: 'title', rx: 2.5, insetTop: 0.5 },
      ),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
    ],
  });
}
