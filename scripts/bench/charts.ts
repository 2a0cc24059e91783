import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Result } from './run.ts';

/** Cost and memory against the number of users, as SVG. */
export function chartsOf(results: readonly Result[]): Readonly<Record<string, string>> {
  const sized = results.filter(({ scenario, contender }) => scenario === 'size' && !contender.endsWith('warm'));
  return {
    'cost.svg': chart(sized, 'CPU seconds of a whole sync', ({ cpuS }) => cpuS.median, true),
    'memory.svg': chart(sized, 'Peak resident memory, MB', ({ rssMb }) => rssMb.median, false),
  };
}

function chart(results: readonly Result[], label: string, of: (result: Result) => number, isLog: boolean): string {
  const { document } = parseHTML('<html><body></body></html>');
  const rows = results.map((result) => ({ users: result.users, value: of(result), contender: result.contender }));
  const last = Object.values(Object.groupBy(rows, ({ contender }) => contender)).flatMap((group = []) =>
    group.toSorted((left, right) => left.users - right.users).slice(-1),
  );
  const figure = Plot.plot({
    document,
    width: 720,
    height: 400,
    marginRight: 110,
    marginLeft: 60,
    x: { type: 'log', label: 'users', tickFormat: '~s', grid: true },
    y: { type: isLog ? 'log' : 'linear', label, grid: true, ...(isLog ? { tickFormat: '~g' } : { zero: true }) },
    color: { scheme: 'observable10' },
    marks: [
      Plot.lineY(rows, { x: 'users', y: 'value', stroke: 'contender', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'users', y: 'value', fill: 'contender', r: 4 }),
      Plot.text(last, { x: 'users', y: 'value', text: 'contender', fill: 'contender', textAnchor: 'start', dx: 8 }),
    ],
  });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  figure.setAttribute('style', 'background: white; color: #222; font: 13px system-ui, sans-serif');
  return `${figure.outerHTML}\n`;
}
