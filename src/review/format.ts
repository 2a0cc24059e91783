// What a review's page and the commands around it agree on. The page is bundled for the browser and imports this file, so
// nothing of Node, of packages or of the rest of the program may be needed here.

/** Raised whenever an older program could not read newer data. */
export const reviewVersion = 1;
export const decisionsFormat = 'baton-descope-decisions';

export const decisionWords = ['keep', 'revoke', 'question'] as const;
export type Decision = (typeof decisionWords)[number];

/** No reason is longer, in characters: it goes into an audit line for each revoke. */
export const longestReason = 1000;

/** What a review is of, by whom, and what it was made from. All of it is in the hash. */
export interface ReviewAbout {
  readonly projectId: string;
  readonly scope: ReviewScope;
  readonly reviewer: string;
  /** A day, `2026-12-31`; absent where there is none. */
  readonly due?: string | undefined;
  readonly madeAt: string;
  /** The version of the program that made it. */
  readonly madeBy: string;
  readonly sync: ReviewedSync;
  /** How many holdings there are to decide. */
  readonly rows: number;
  /** What is shown and not decided, since it follows from something else. */
  readonly shown: { readonly count: number; readonly hash: string };
}

export interface ReviewScope {
  readonly kind: 'all' | 'tenant' | 'role' | 'app';
  /** The id, '' for `all`. */
  readonly id: string;
  readonly name: string;
}

export interface ReviewedSync {
  /** The name of the file, without folders. */
  readonly file: string;
  /** '' where the file has none. */
  readonly contentHash: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** How the users were proved complete: `stable`, `overlap`, `unproven`; '' where the file does not tell. */
  readonly proof: string;
  readonly users: number;
}

/** A holding as a file of decisions names it. */
export interface ReviewRow {
  readonly principal: {
    readonly type: string;
    readonly id: string;
    readonly name: string;
    readonly login: string;
  };
  readonly entitlement: string;
  /** In words: "Editor in Acme". */
  readonly held: string;
  readonly tenantId: string;
  readonly tenant: string;
}

/** A holding and what was decided of it; without `decision` nothing was yet. */
export interface DecidedRow extends ReviewRow {
  readonly decision?: Decision | undefined;
  readonly reason?: string | undefined;
  /** When, in RFC 3339. */
  readonly at?: string | undefined;
}

/** A file of decisions: every holding of the review, in its order. */
export interface Decisions {
  readonly format: typeof decisionsFormat;
  readonly version: number;
  /** Of the review, over `about` and the rows without their decisions. */
  readonly review: string;
  readonly about: ReviewAbout;
  readonly savedAt: string;
  /** Over the review's hash, `savedAt` and the decisions. */
  readonly seal: string;
  readonly rows: readonly DecidedRow[];
}

/** The data of a page, as JSON. Rows are columns of numbers, places in the other lists. */
export interface ReviewData {
  readonly version: number;
  readonly review: string;
  readonly about: ReviewAbout;
  readonly principals: readonly ReviewPrincipal[];
  readonly things: readonly ReviewThing[];
  /** To decide. */
  readonly rows: {
    readonly principal: readonly number[];
    readonly thing: readonly number[];
    readonly note: readonly number[];
  };
  /** Only shown: `note` says where it comes from. */
  readonly shown: {
    readonly principal: readonly number[];
    readonly thing: readonly number[];
    readonly note: readonly number[];
  };
  /** Sentences that rows share; the first is ''. */
  readonly notes: readonly string[];
  /** What `check` found of a principal, by its place. */
  readonly findings: readonly ReviewFinding[];
  readonly rules: readonly ReviewRule[];
  /** What the sync did not read, so that the review does not show it: sentences. */
  readonly unread: readonly string[];
}

export interface ReviewPrincipal extends Readonly<
  Record<'type' | 'id' | 'name' | 'login' | 'email' | 'status', string>
> {}

export interface ReviewThing extends Readonly<
  Record<'entitlement' | 'held' | 'tenantId' | 'tenant' | 'permissions' | 'risk', string>
> {}

export interface ReviewRule {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
}

/** `tenantId` is '' for what is so in the whole project. */
export interface ReviewFinding {
  readonly principal: number;
  readonly rule: number;
  readonly tenantId: string;
  readonly detail: string;
}

/** "tenant Acme (acme)", "everything in the project". */
export function scopeInWords({ kind, id, name }: ReviewAbout['scope']): string {
  if (kind === 'all') {
    return 'everything in the project';
  }
  const own = kind === 'app' ? id.slice(id.indexOf(':') + 1) : id;
  return `${kind} ${name === '' || name === own ? own : `${name} (${own})`}`;
}

/** What the hash of a review is made of: a line for what it is of, and one for each row. */
export function aboutLine({ projectId, scope, reviewer, due, madeAt, madeBy, sync, rows, shown }: ReviewAbout): string {
  return JSON.stringify([
    reviewVersion,
    projectId,
    [scope.kind, scope.id, scope.name],
    reviewer,
    due ?? '',
    madeAt,
    madeBy,
    [sync.file, sync.contentHash, sync.startedAt, sync.finishedAt, sync.proof, sync.users],
    rows,
    [shown.count, shown.hash],
  ]);
}

export function rowLine({
  principal: { type, id, name, login },
  entitlement,
  held,
  tenantId,
  tenant,
}: ReviewRow): string {
  return JSON.stringify([type, id, name, login, entitlement, held, tenantId, tenant]);
}

/** What the seal is made of: the review's hash and the time, and a line for each decision. */
export function sealLines({ review, savedAt, rows }: Pick<Decisions, 'review' | 'savedAt' | 'rows'>): string {
  const decided = rows.flatMap(({ decision, reason, at }, place) =>
    decision === undefined ? [] : [JSON.stringify([place, decision, reason ?? '', at ?? ''])],
  );
  return [JSON.stringify([review, savedAt]), ...decided].join('\n');
}

export function linesOfReview(about: ReviewAbout, rows: readonly ReviewRow[]): string {
  return [aboutLine(about), ...rows.map(rowLine)].join('\n');
}

/** The text of a file of decisions: a row is a line, so that a fault in one has a line of its own. */
export function decisionsText({ rows, ...head }: Decisions): string {
  const lines = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${lines},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}
