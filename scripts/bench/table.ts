import type { Result } from './run.ts';

const columns: readonly (readonly [title: string, of: (result: Result) => string])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['users', ({ users }) => users.toLocaleString('en')],
  ['latency', ({ latencyMs }) => `${latencyMs} ms`],
  ['contender', ({ contender }) => contender],
  ['wall', ({ wallS }) => seconds(wallS.median)],
  ['spread', ({ wallS, rounds }) => (rounds === 1 ? 'one run' : `${seconds(wallS.min)} to ${seconds(wallS.max)}`)],
  ['CPU', ({ cpuS }) => seconds(cpuS.median)],
  ['peak RSS', ({ rssMb }) => (rssMb.median === 0 ? '' : `${Math.round(rssMb.median)} MB`)],
  ['file', ({ fileMb }) => (fileMb === undefined ? '' : `${fileMb.toFixed(1)} MB`)],
  ['requests', ({ requests }) => requests.toLocaleString('en')],
  ['429s', ({ refused }) => String(refused)],
];

/** Results as a table of Markdown, which reads well on a terminal, too. */
export function tableOf(results: readonly Result[]): string {
  const rows = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, of]) => of(result)))];
  const widths = columns.map((_, place) => Math.max(...rows.map((row) => row[place]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, place) => (place < 4 ? cell.padEnd(widths[place] ?? 0) : cell.padStart(widths[place] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, place) => (place < 4 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** What questions took by themselves: CPU milliseconds by question, and by the day that is asked about. */
export function askedTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ contender, users, askedMs = {} }) =>
    Object.entries(askedMs).map(
      ([question, ms]) => `| ${contender} | ${users.toLocaleString('en')} | ${question} | ${ms.toFixed(1)} ms |`,
    ),
  );
  return rows.length === 0
    ? ''
    : ['', '| store | users | question, day | CPU |', '|---|--:|---|--:|', ...rows].join('\n');
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

/** A target of the design, what was measured, and whether it was met. */
export interface Verdict {
  readonly target: string;
  readonly measured: string;
  readonly isMet: boolean;
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return [
    '| target | measured | met |',
    '|---|---|---|',
    ...verdicts.map(({ target, measured, isMet }) => `| ${target} | ${measured} | ${isMet ? 'yes' : '**no**'} |`),
  ].join('\n');
}
