import { createByteSink } from './report-bytes.ts';
import { createChangeLedger, type TargetUsers } from './report-changes.ts';
import { type ReportAbout, reportVersion, sectionTags } from './report-format.ts';
import { createReportTables } from './report-tables.ts';
import { createUserBlocks } from './report-users.ts';
import type { FileRow, FileSummary, GrantRow } from './rows.ts';

/** What a report names: the program's version, and the files without their folders. */
export interface ReportNames {
  readonly madeBy: string;
  readonly file: string;
  readonly since?: string | undefined;
}

/**
 * Turns rows into the sections of a report. First all rows of the file, then, where changes are asked for, all rows of the
 * older one. In memory are the ids of the users and, for changes, eight bytes for each holding; users themselves are given
 * out at once.
 */
export interface ReportBuilder {
  /** Resources come before grants. */
  add(row: FileRow): void;
  /** From here on rows are of the older file. */
  beginOlder(): void;
  /** The sections that are ready, in one piece; empty when there are none. */
  take(): Uint8Array<ArrayBuffer>;
  /** How many bytes are ready. */
  readonly pending: number;
  /** Ends the data; then take() gives the last of it. */
  finish(names: ReportNames, summary: FileSummary, olderSummary: FileSummary | undefined): void;
}

/** Holdings of one target are written together, up to this many. */
const groupSize = 65_536;

export function createReportBuilder({ withOlder }: { readonly withOlder: boolean }): ReportBuilder {
  const out = createByteSink();
  const tables = createReportTables();
  const users = createUserBlocks((block) => section(sectionTags.users, block));
  const ledger = createChangeLedger();
  let older = false;
  let holdings = 0;
  let open: { readonly target: number; readonly users: number[] } | undefined;

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

  function writeGroups(tag: number, groups: Iterable<TargetUsers>): void {
    const bytes = createByteSink();
    for (const { target, users: held } of groups) {
      const { kind, role, tenant } = tables.target(target);
      bytes.number(kind);
      bytes.number(role + 1);
      bytes.number(tenant + 1);
      bytes.number(held.length);
      let before = 0;
      for (const user of held) {
        bytes.signed(user - before);
        before = user;
      }
    }
    if (bytes.length > 0) {
      section(tag, bytes.take());
    }
  }

  function closeGroup(): void {
    if (open !== undefined) {
      writeGroups(sectionTags.holdings, [open]);
      open = undefined;
    }
  }

  function hold(target: number, user: number): void {
    if (older) {
      ledger.before(target, user);
      return;
    }
    holdings++;
    if (withOlder) {
      ledger.after(target, user);
    }
    if (open?.target !== target || open.users.length >= groupSize) {
      closeGroup();
      open = { target, users: [] };
    }
    open.users.push(user);
  }

  function grant({ on, to }: GrantRow): void {
    if (on.kind !== 'permission') {
      hold(tables.targetOf(on.kind, on.id), users.ordinalOf(to.id));
    } else if (to.kind === 'role') {
      tables.allow(to.id, on.id);
    } // else a binding, which allows what its role allows
  }

  return {
    add: (row) => {
      if (row.kind === 'user') {
        users.add(row, older);
      } else if (row.kind === 'grant') {
        grant(row);
      } else {
        tables.add(row);
      }
    },
    beginOlder: () => {
      closeGroup();
      older = true;
      tables.beginOlder();
      users.beginOlder();
    },
    take: () => out.take(),
    get pending() {
      return out.length;
    },
    finish: ({ madeBy, file, since }, summary, olderSummary) => {
      closeGroup();
      users.flush();
      if (withOlder) {
        writeGroups(sectionTags.gained, ledger.gained());
        writeGroups(sectionTags.lost, ledger.lost());
      }
      json(sectionTags.tables, { ...tables.finish(withOlder), statuses: users.statuses() });
      const about: ReportAbout = {
        version: reportVersion,
        madeBy,
        file,
        summary,
        ...(olderSummary !== undefined && { since: { file: since ?? '', summary: olderSummary }, newUsers: users.newUsers(), statusBefore: users.statusBefore() }),
      };
      json(sectionTags.about, about);
      const end = createByteSink();
      end.number(users.count());
      end.number(holdings);
      section(sectionTags.end, end.take());
    },
  };
}
