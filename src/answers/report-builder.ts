import type { FileSummary } from '../sync-format/summary.ts';
import { count } from './count.ts';
import { createByteSink } from './report-bytes.ts';
import { changeBlocks } from './report-changes.ts';
import { type Change, isKnown } from './change.ts';
import {
  changeFlags,
  endCounts,
  type EndCounts,
  noOrdinal,
  type ReportAbout,
  type ReportChange,
  type ReportTables,
  reportVersion,
  sectionTags,
} from './report-format.ts';
import { createReportFindings, type ReportJudgement } from './report-findings.ts';
import { createGroupWriter } from './report-groups.ts';
import { isChangeOfKey, isOtherChange, toOtherChange } from './report-other-changes.ts';
import { createReportOthers, isAboutKey } from './report-others.ts';
import { createReportTables } from './report-tables.ts';
import type { ReportOtherChange, ReportTimeline } from './report-things.ts';
import { createUserBlocks } from './report-users.ts';
import { createReportWays } from './report-ways.ts';
import type { FileGrant, FileRow, FileUnknown, FileUser } from './rows.ts';
import { createUnknownCounter, unknownInWords } from './unknown.ts';
import { typesNotOffered } from '../sync-format/offered.ts';

/** Names that a report shows: the program's version, and the files without their folders. */
export interface ReportNames {
  readonly madeBy: string;
  readonly file: string;
  readonly since?: string | undefined;
}

/** What is compared with an older file: what "diff" finds, and whom only the older file has. */
export interface ReportComparison {
  readonly summary: FileSummary;
  readonly changes: Iterable<Change>;
  readonly readFormerUser: (id: string) => FileUser;
}

/**
 * Turns rows into the sections of a report: first all rows of the file, then the changes, if there are any. Only the
 * ids of users are kept in memory; the users themselves are written out at once.
 */
export interface ReportBuilder {
  /** Resources come before grants. */
  add(row: FileRow): void;
  /** After the last row. What the older file had is named, so that each change can be told. */
  compare(comparison: ReportComparison): void;
  /** After the last row: what the rules found in the same file, in pieces as `take` gives them. */
  judge(judgement: ReportJudgement): Iterable<Uint8Array<ArrayBuffer>>;
  /** The sections that are ready, in one piece; empty when there are none. */
  take(): Uint8Array<ArrayBuffer>;
  /** How many bytes are ready. */
  readonly pending: number;
  /** What is not shown of all that was added, being of other types: sentences without an end. */
  unknown(): readonly string[];
  /** Ends the data; then take() gives the last of it. */
  finish(end: ReportEnd): void;
}

/** What is told of the file as a whole; `types` are those that the sync read. */
export interface ReportEnd {
  readonly names: ReportNames;
  readonly types: ReadonlySet<string>;
  readonly summary: FileSummary;
  readonly olderSummary?: FileSummary | undefined;
  readonly timeline?: ReportTimeline | undefined;
}

/** What of the file is wanted. */
export interface ReportChoice {
  /** Leaves out access keys and management keys. */
  readonly isHumansOnly?: boolean;
}

export function createReportBuilder({ isHumansOnly = false }: ReportChoice = {}): ReportBuilder {
  const out = createByteSink();
  const tables = createReportTables();
  const users = createUserBlocks((block) => section(sectionTags.users, block));
  const ways = createReportWays(tables, users, section);
  const others = createReportOthers(tables, users, section);
  const holdings = createGroupWriter(
    (number) => {
      const { kind, role, tenant } = tables.target(number);
      return [kind, role + 1, tenant + 1];
    },
    (bytes) => section(sectionTags.holdings, bytes),
  );
  const unknown = createUnknownCounter();
  let otherChanges: ReportOtherChange[] | undefined;
  const judged = createReportFindings(tables, users);
  /** Changes that are not shown: of what is inherited or mapped. */
  let hiddenWays = 0;

  function section(tag: number, bytes: Uint8Array): void {
    const head = new Uint8Array(5);
    head[0] = tag;
    new DataView(head.buffer).setUint32(1, bytes.length, true);
    out.raw(head);
    out.raw(bytes);
  }

  function json(tag: number, value: unknown): void {
    section(tag, new TextEncoder().encode(JSON.stringify(value)));
  }

  function grant({ on, to }: FileGrant): void {
    if (on.kind !== 'permission') {
      holdings.add(tables.targetOf(on.kind, on.id), users.ordinalOf(to.id));
    } else if (to.kind === 'role') {
      tables.allow(to.id, on.id);
    } // a binding allows what its role allows
  }

  function addOther(row: FileUnknown): void {
    if (isHumansOnly && isAboutKey(row)) {
      return;
    }
    if (!others.add(row)) {
      unknown.add(row);
    }
  }

  function notShown(): string[] {
    const since = 'since the older file, which "diff" lists';
    return [
      ...unknownInWords(unknown.counts()),
      ...(hiddenWays === 0
        ? []
        : [`${count(hiddenWays, 'change')} of what is inherited, or given by the next login, ${since}`]),
    ];
  }

  return {
    add: (row) => {
      switch (row.kind) {
        case 'user':
          users.add(row);
          break;
        case 'grant':
          grant(row);
          break;
        case 'unknown':
          addOther(row);
          break;
        case 'tenant':
        case 'role':
        case 'permission':
        case 'binding':
          tables.add(row);
          break;
        default:
          ways.add(row);
      }
    },
    compare: ({ changes, readFormerUser }) => {
      holdings.close();
      otherChanges = [];
      const shown = otherChanges;
      const known = filter(changes, isKnown, (change) => {
        if (!isOtherChange(change)) {
          hiddenWays += 1;
        } else if (!isHumansOnly || !isChangeOfKey(change)) {
          shown.push(toOtherChange(change));
        }
      });
      const numbered = map(known, (change): ReportChange => {
        const status = (word: string): number =>
          change.kind === 'user' && word !== '' ? users.statusNumber(word) : noOrdinal;
        return {
          verb: change.change,
          kind: change.kind,
          because: change.because,
          user: change.userId === '' ? noOrdinal : users.ordinalOfFormer(change.userId, readFormerUser),
          ...tables.ordinalsOf(change),
          before: status(change.before),
          after: status(change.after),
          holders: change.holders,
          flags: change.flags.reduce((bits, flag) => bits | (1 << changeFlags.indexOf(flag)), 0),
        };
      });
      for (const block of changeBlocks(numbered)) {
        section(sectionTags.changes, block);
      }
    },
    *judge(judgement) {
      for (const block of judged.blocks(judgement)) {
        json(sectionTags.findings, block);
        yield out.take();
      }
    },
    unknown: notShown,
    take: () => out.take(),
    get pending() {
      return out.length;
    },
    finish: ({ names: { madeBy, file, since }, types, summary, olderSummary, timeline }) => {
      holdings.close();
      users.flush();
      ways.flush();
      others.flush();
      const untold = typesNotOffered(summary);
      const built: ReportTables = {
        ...tables.finish(),
        statuses: users.statuses(),
        types: [...types.difference(untold)],
        ...(untold.size > 0 && { notOffered: [...untold] }),
        ...ways.finish(),
        ...others.finish(),
        ...(otherChanges !== undefined && { otherChanges }),
        ...(timeline !== undefined && { timeline }),
        ...(judged.rules !== undefined && { rules: judged.rules }),
      };
      json(sectionTags.tables, built);
      const about: ReportAbout = {
        version: reportVersion,
        madeBy,
        file,
        summary,
        ...(olderSummary !== undefined && { since: { file: since ?? '', summary: olderSummary } }),
        ...(notShown().length > 0 && { unknown: notShown() }),
        ...(isHumansOnly && { isHumansOnly }),
      };
      json(sectionTags.about, about);
      const end = createByteSink();
      const counts: EndCounts = {
        users: users.count(),
        holdings: holdings.count,
        ...ways.counts,
        ...others.counts,
        findings: judged.count,
      };
      endCounts.forEach((name) => end.number(counts[name]));
      section(sectionTags.end, end.take());
    },
  };
}

function* filter<T, S extends T>(
  items: Iterable<T>,
  isWanted: (item: T) => item is S,
  onOther: (item: T) => void,
): Generator<S> {
  for (const item of items) {
    if (isWanted(item)) {
      yield item;
    } else {
      onOther(item);
    }
  }
}

function* map<T, R>(items: Iterable<T>, change: (item: T) => R): Generator<R> {
  for (const item of items) {
    yield change(item);
  }
}
