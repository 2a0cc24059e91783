import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Before every name of ours; the standard ones of a process stand without it. */
const prefix = 'baton_descope_';

/** A count that only grows. */
export function counter<Label extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
  collect?: () => void,
): Counter<Label> {
  return new Counter({
    name: prefix + name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    ...(collect !== undefined && { collect }),
  });
}

/** A value that goes up and down; `collect` is asked at each scrape. */
export function gauge<Label extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
  collect?: (self: Gauge<Label>) => void,
): Gauge<Label> {
  return new Gauge<Label>({
    name: prefix + name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    ...(collect !== undefined && {
      collect() {
        collect(this);
      },
    }),
  });
}

/** Counts by size. */
export function histogram<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  buckets: number[],
): Histogram<Label> {
  return new Histogram({ name: prefix + name, help, labelNames: [...labelNames], buckets, registers: [registry] });
}

/**
 * Lets a count begin at 0 for each combination of labels. One that appears with its first event has no rise in it, and
 * an alert on a rise would miss that event.
 */
export function bear<Label extends string>(
  metric: Counter<Label>,
  values: Readonly<Record<Label, readonly string[]>>,
): void {
  const names = Object.keys(values) as Label[]; // keys of a record with no others
  const combinations = names.reduce<Partial<Record<Label, string>>[]>(
    (before, name) => before.flatMap((labels) => values[name].map((value) => ({ ...labels, [name]: value }))),
    [{}],
  );
  for (const labels of combinations) {
    metric.inc(labels, 0);
  }
}
