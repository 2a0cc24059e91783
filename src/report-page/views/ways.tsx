import { useMemo, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { type Report, useReport } from '../context.ts';
import { direct, flowOf, heldAbove, inheritanceKnown, isUncertain, reasonInWords } from '../data/inherited.ts';
import { tenantInWords } from '../data/people.ts';
import { commonColumns } from './columns.tsx';
import type { GridColumn } from './grid-layout.ts';
import { Badge, PlaceName } from './names.tsx';

/** A list with inherited rows has at most so many; a person high up in a large tree has very many ways. */
export const mostRows = 200_000;

/** How something is held: "direct", or "inherited from Acme". `edge` is -1 for what is held directly. */
export function wayInWords({ project }: Report, edge: number): string {
  return edge === direct
    ? 'direct'
    : `inherited from ${tenantInWords(project, heldAbove(project, edge))}${isUncertain(project, edge) ? ', uncertain' : ''}`;
}

/** How something is held, and why that is uncertain. */
export function Way({ edge }: { readonly edge: number }) {
  const { project } = useReport();
  return edge === direct ? (
    <>direct</>
  ) : (
    <span title={reasonInWords(flowOf(project, edge).reason)}>
      {isUncertain(project, edge) && (
        <>
          <Badge tone="warn">uncertain</Badge>{' '}
        </>
      )}
      inherited from <PlaceName place={heldAbove(project, edge)} />
    </span>
  );
}

/** Columns that say how a row is held; saved lists have the reason, too. */
export function wayColumn(report: Report, edgeOf: (row: number) => number): GridColumn {
  const { project } = report;
  return commonColumns(report).text('way', 'How', '1.9fr', (row) => wayInWords(report, edgeOf(row)), {
    least: 165,
    cell: (row) => <Way edge={edgeOf(row)} />,
    alsoExported: [
      { header: 'Why uncertain', text: (row) => reasonInWords(flowOf(project, edgeOf(row)).reason) },
      { header: 'Held in tenant id', text: (row) => project.tenants[heldAbove(project, edgeOf(row))]?.id ?? '' },
    ],
  });
}

type Only = '' | 'direct' | 'inherited' | 'project';

interface WayFilter {
  readonly filter: Uint8Array | undefined;
  readonly tools: ComponentChildren;
}

const choices: readonly (readonly [Only, string])[] = [
  ['', 'All ways'],
  ['direct', 'Direct only'],
  ['inherited', 'Inherited only'],
  ['project', 'Whole project only'],
];

/** A choice between all rows and those that are held directly, for a list that has others. */
export function useWayFilter(count: number, wayOf: (row: number) => Exclude<Only, ''>): WayFilter {
  const [only, setOnly] = useState<Only>('');
  const ways = useMemo(() => Array.from({ length: count }, (_, row) => wayOf(row)), [count, wayOf]);
  const found = useMemo(() => new Set<Only>(ways), [ways]);
  const filter = useMemo(
    () => (only === '' ? undefined : Uint8Array.from(ways, (way) => Number(way === only))),
    [only, ways],
  );
  return {
    filter,
    tools: found.size > 1 && (
      <select
        aria-label="Which ways"
        value={only}
        onChange={({ currentTarget }) => setOnly(choices.find(([value]) => value === currentTarget.value)?.[0] ?? '')}
      >
        {choices
          .filter(([value]) => value === '' || value === 'direct' || found.has(value))
          .map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
      </select>
    ),
  };
}

/** The way of a row that is held or inherited. */
export function wayOfEdge(edge: number): 'direct' | 'inherited' {
  return edge === direct ? 'direct' : 'inherited';
}

/** Said below a list that cannot have inherited rows: the file does not tell them, or they are too many. */
export function WaysNote({ isTooMany = false }: { readonly isTooMany?: boolean }) {
  const { project } = useReport();
  const known = inheritanceKnown(project);
  if (isTooMany) {
    return (
      <p class="note">
        Listed is what is held directly. What tenants below inherit from it is too much for one list: the page of each
        tenant has it.
      </p>
    );
  }
  return known === 'derived' || !project.tenants.some(({ parentId }) => parentId !== '') ? null : (
    <p class="note">
      Listed is what is held directly. This file does not tell what tenants inherit
      {known === 'switched-off' ? ': the sync was told not to derive it.' : '.'}
    </p>
  );
}
