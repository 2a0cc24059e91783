/** One run of `sync` that has ended. */
export interface EndedRun {
  readonly projectId: string;
  readonly endedAtMs: number;
  readonly seconds: number;
  readonly exitCode: number;
  /** What it found; undefined for a run that failed. */
  readonly complete:
    | {
        readonly finishedAtMs: number;
        readonly counts: Readonly<Record<'resources' | 'grants', Readonly<Record<string, number>>>>;
      }
    | undefined;
}

const prefix = 'baton_descope_';

interface Family {
  readonly name: string;
  readonly help: string;
}

const families = {
  endedAt: { name: 'sync_last_run_timestamp_seconds', help: 'when the last run of sync ended, Unix time' },
  seconds: { name: 'sync_last_run_duration_seconds', help: 'how long the last run of sync took' },
  exitCode: { name: 'sync_last_run_exit_code', help: 'the exit code of the last run of sync; 0 is a complete one' },
  failures: { name: 'sync_failures_in_a_row', help: 'runs of sync that failed since the last complete one' },
  completeAt: {
    name: 'last_complete_sync_timestamp_seconds',
    help: 'when the last complete sync was finished, Unix time; absent when there was none',
  },
  rows: { name: 'last_complete_sync_rows', help: 'what the last complete sync holds, by section and resource type' },
} as const satisfies Record<string, Family>;

/**
 * The numbers of a run in the text format of Prometheus, as the textfile collector of node_exporter reads it. `before`
 * is the text of the run before: a run that failed keeps what it tells of the last complete one. The project is a
 * label, since the collector reads all files of a folder as one.
 */
export function textfileOf(run: EndedRun, before: string): string {
  const project = `project="${label(run.projectId)}"`;
  const kept = before.split('\n').filter((line) => line.includes(`{${project}`));
  const keptOf = ({ name }: Family): readonly string[] => kept.filter((line) => line.startsWith(`${prefix}${name}{`));
  const line = ({ name }: Family, value: number, more = ''): string => `${prefix}${name}{${project}${more}} ${value}`;
  const { complete } = run;
  const failures = complete === undefined ? (valueOf(keptOf(families.failures)[0]) ?? 0) + 1 : 0;
  return [
    ...family(families.endedAt, [line(families.endedAt, run.endedAtMs / 1000)]),
    ...family(families.seconds, [line(families.seconds, run.seconds)]),
    ...family(families.exitCode, [line(families.exitCode, run.exitCode)]),
    ...family(families.failures, [line(families.failures, failures)]),
    ...family(
      families.completeAt,
      complete === undefined ? keptOf(families.completeAt) : [line(families.completeAt, complete.finishedAtMs / 1000)],
    ),
    ...family(families.rows, complete === undefined ? keptOf(families.rows) : rowLines(complete.counts, line)),
    '',
  ].join('\n');
}

function rowLines(
  counts: NonNullable<EndedRun['complete']>['counts'],
  line: (of: Family, value: number, more: string) => string,
): readonly string[] {
  return (['resources', 'grants'] as const).flatMap((section) =>
    Object.entries(counts[section])
      .filter(([type]) => type !== 'total')
      .map(([type, count]) => line(families.rows, count, `,section="${section}",type="${label(type)}"`)),
  );
}

function family({ name, help }: Family, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} gauge`, ...lines];
}

function valueOf(line: string | undefined): number | undefined {
  const value = Number(/ (\d+)$/.exec(line ?? '')?.[1]);
  return Number.isSafeInteger(value) ? value : undefined;
}

function label(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}
