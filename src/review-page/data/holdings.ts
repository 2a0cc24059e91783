import type { ReviewData, ReviewFinding, ReviewPrincipal, ReviewRow, ReviewThing } from '../../review/format.ts';

/** A row of the page: those to decide come first, then those that are only shown. */
export interface Holding {
  readonly principal: ReviewPrincipal;
  readonly thing: ReviewThing;
  readonly note: string;
  /** Those that concern this holding: of its holder, in its tenant or everywhere. */
  readonly findings: readonly ReviewFinding[];
}

export interface Holdings {
  readonly data: ReviewData;
  /** How many there are to decide. */
  readonly count: number;
  /** With those that are only shown. */
  readonly total: number;
  readonly at: (row: number) => Holding;
  readonly isDecidable: (row: number) => boolean;
  /** Other rows of the same holder. */
  othersOf(row: number): readonly number[];
  /** As a file of decisions names them. */
  rows(): readonly ReviewRow[];
}

export const severityOrder = ['critical', 'high', 'medium', 'low', 'info'] as const;

export function createHoldings(data: ReviewData): Holdings {
  const { rows, shown, principals, things, notes } = data;
  const count = rows.principal.length;
  const total = count + shown.principal.length;
  const findingsOf = new Map<number, ReviewFinding[]>();
  for (const finding of data.findings) {
    const known = findingsOf.get(finding.principal);
    if (known === undefined) {
      findingsOf.set(finding.principal, [finding]);
    } else {
      known.push(finding);
    }
  }
  const column = (name: keyof typeof rows, row: number): number =>
    (row < count ? rows[name][row] : shown[name][row - count]) ?? 0;

  function at(row: number): Holding {
    const place = column('principal', row);
    const principal = principals[place];
    const thing = things[column('thing', row)];
    if (principal === undefined || thing === undefined) {
      throw new Error(`there is no row ${row}`);
    }
    const findings = (findingsOf.get(place) ?? noFindings).filter(
      ({ tenantId }) => tenantId === '' || thing.tenantId === '' || tenantId === thing.tenantId,
    );
    return { principal, thing, note: notes[column('note', row)] ?? '', findings };
  }

  return {
    data,
    count,
    total,
    at,
    isDecidable: (row) => row < count,
    othersOf: (row) => {
      const place = column('principal', row);
      return Array.from({ length: total }, (_, other) => other).filter(
        (other) => other !== row && column('principal', other) === place,
      );
    },
    rows: () =>
      Array.from({ length: count }, (_, row) => {
        const { principal, thing } = at(row);
        const { type, id, name, login } = principal;
        const { entitlement, held, tenantId, tenant } = thing;
        return { principal: { type, id, name, login }, entitlement, held, tenantId, tenant };
      }),
  };
}

const noFindings: readonly ReviewFinding[] = [];

/** What a holder is called: people share names, so login or id stand with it elsewhere. */
export function nameOf({ name, id }: ReviewPrincipal): string {
  return name === '' ? id : name;
}
