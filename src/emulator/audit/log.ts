import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { ofUser, toAuditRecord } from './records.ts';
import type { AuditEntry, AuditRecord, AuditedUser } from './records.ts';
import { changedTenants, newValues, subjects } from './subjects.ts';
import type { AuditKind, AuditedObject } from './subjects.ts';
import type { AuditSwitches } from './switches.ts';

/** An object of a family before and after: without `before` it was made, without `after` it went. */
export interface AuditedChange {
  readonly kind: AuditKind;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
}

/** What was done in the project. Families write into it, each from the store through which its changes go. */
export interface AuditLog {
  /**
   * Writes down what no change of a stored object shows: a login, a rotated key, a message sent. `user` fills in whom
   * it is about; test users leave no record.
   */
  append(entry: AuditEntry, user?: AuditedUser): void;
  /** Writes down that an object was made, changed or removed. Test users and changes of nothing leave no record. */
  changed(change: AuditedChange): void;
  /** Joins the changes of a batch: one record a kind, with its plural name (`UsersDeleted`). */
  together<T>(run: () => T): T;
  /** In the order in which they were written. */
  all(): readonly AuditRecord[];
  /** Changes before it, while the families are filled, leave no record. */
  begin(): void;
}

export function createAuditLog(host: FamilyHost, switches: AuditSwitches): AuditLog {
  const records: AuditRecord[] = [];
  let made = 0;
  let begun = false;
  let batch: AuditEntry[] | undefined;

  const write = (entry: AuditEntry): void => {
    made += 1;
    const id = randomId('AU', host.seed, `audit ${made}`);
    const usual = { id, occurred: host.now(), actorId: host.actorId() };
    records.push(toAuditRecord(entry, usual, switches.auditLagSeconds));
  };
  const append = (entry: AuditEntry, user?: AuditedUser): void => {
    if (user?.test) return;
    write(user ? { ...ofUser(user), ...entry } : entry);
    const every = switches.auditUnknownActions;
    if (every > 0 && made % every === 0) write({ ...entry, ...(user && ofUser(user)), action: 'Lumen.Recalibrated' });
  };

  return {
    append,
    changed({ kind, before, after }) {
      const entry = begun ? toEntry(kind, before as AuditedObject, after as AuditedObject) : undefined;
      if (!entry) return;
      if (batch) batch.push(entry);
      else append(entry);
    },
    together(run) {
      const outer = batch;
      const own: AuditEntry[] = (batch = []);
      try {
        return run();
      } finally {
        batch = outer;
        for (const [action, entries] of Map.groupBy(own, (entry) => entry.action)) append(joined(action, entries));
      }
    },
    all: () => records,
    begin() {
      begun = true;
    },
  };
}

function toEntry(
  kind: AuditKind,
  before: AuditedObject | undefined,
  after: AuditedObject | undefined,
): AuditEntry | undefined {
  const shown = after ?? before;
  if (!shown || shown['test'] === true) return undefined;
  const subject = subjects[kind](shown);
  if (!after) return { ...subject, action: `${kind}Deleted` };
  const data = newValues(before, after);
  if (!data) return undefined;
  const tenants = before && changedTenants(before, after);
  return {
    ...subject,
    ...(tenants && { tenants }),
    action: `${kind}${before ? 'Modified' : 'Created'}`,
    data: { ...subject.data, ...data },
  };
}

/** One record for several of one action; ids that no field of a record holds are listed in its data. */
function joined(action: string, entries: readonly AuditEntry[]): AuditEntry {
  const [only] = entries;
  if (only && entries.length === 1) return only;
  const plural = action.replace(/(Created|Modified|Deleted)$/, 's$1');
  const lists = new Map<string, unknown[]>();
  for (const { userId, data = {} } of entries) {
    for (const [name, value] of Object.entries({ ...(userId && { user_id: userId }), ...data })) {
      if (name.endsWith('_id')) lists.set(`${name}s`, [...(lists.get(`${name}s`) ?? []), value]);
    }
  }
  return {
    action: plural,
    externalIds: entries.flatMap(({ externalIds = [] }) => externalIds),
    tenants: [...new Set(entries.flatMap(({ tenants = [] }) => tenants))],
    data: Object.fromEntries(lists),
  };
}
