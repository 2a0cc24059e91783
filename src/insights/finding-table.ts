import type { DatabaseSync } from 'node:sqlite';
import type { FileIndex } from '../answers/file-index.ts';
import type { Check, Finding } from '../checks/check.ts';
import { controlsInWords } from '../checks/judgement.ts';
import type { Rule } from '../checks/rule.ts';
import type { FindingRow, FindingRows } from '../resources/sync/judging.ts';
import { takingTurns } from './turns.ts';

type Subject = Pick<Finding['subject'], 'type' | 'id'>;

/** Of the database that is kept in memory when all is found. */
const restCacheKib = 1024;

/**
 * Runs a check, and keeps what it finds beside the rows of the index, to be listed. What a waiver accepts is left out.
 * It may be run again of the same index.
 */
export async function findingsOf(check: Check, { database }: FileIndex, signal: AbortSignal): Promise<FindingRows> {
  database.exec(`drop table if exists finding;
    create table finding (id text primary key, told text not null) without rowid; begin`);
  try {
    const put = database.prepare('insert or replace into finding (id, told) values (?, ?)');
    const turn = takingTurns(signal);
    for (const finding of check.steps()) {
      if (finding !== undefined && finding.waiver === undefined) {
        put.run(finding.fingerprint, JSON.stringify(finding));
      }
      await turn();
    }
    database.exec('commit');
  } catch (thrown) {
    if (database.isOpen && database.isTransaction) {
      database.exec('rollback');
    }
    throw thrown;
  }
  database.exec(`pragma cache_size = ${-restCacheKib}; pragma shrink_memory`);
  const rules = new Map(check.rules.map(({ rule }) => [rule.id, rule]));
  const after = database.prepare('select told from finding where id > ? order by id limit ?');
  const one = database.prepare('select told from finding where id = ?');
  const toRow = rowMaker(database, rules);
  return {
    after: (id, most) => after.all(id, most).map((row) => toRow(String(row['told']))),
    get: (id) => {
      const row = one.get(id);
      return row && toRow(String(row['told']));
    },
  };
}

/** How an index calls what can be held, by its type. */
const kinds: Readonly<Record<string, string>> = { role: 'role', permission: 'permission', role_binding: 'binding' };

function rowMaker(database: DatabaseSync, rules: ReadonlyMap<string, Rule>): (told: string) => FindingRow {
  const userOf = database.prepare('select email from user where id = ?');
  const tenantOf = database.prepare('select 1 from tenant where id = ?');
  const thingOf = database.prepare('select 1 from thing where kind = ? and id = ?');
  const ssoOf = database.prepare('select 1 from sso where type = ? and id = ?');
  // A key that acts as a user is listed as the secret of that user alone.
  const otherOf = database.prepare(
    `select type from other where type in (?1, ?1 || '_secret') and id = ?2 order by type`,
  );

  function isThere({ type, id }: Subject): boolean {
    switch (type) {
      case 'tenant':
        return tenantOf.get(id) !== undefined;
      case 'sso_configuration':
      case 'idp_group':
        return ssoOf.get(type, id) !== undefined;
      default:
        return thingOf.get(kinds[type] ?? '', id) !== undefined;
    }
  }

  /** What of the sync stands for a subject, with the address of a user. */
  function standsFor(subject: Subject): Pick<FindingRow, 'resource' | 'email'> {
    const { type, id } = subject;
    if (type === 'user') {
      const email = userOf.get(id)?.['email'];
      return typeof email === 'string' ? { resource: { typeId: type, id }, email } : { resource: undefined, email: '' };
    }
    if (isThere(subject)) {
      return { resource: { typeId: type, id }, email: '' };
    }
    const other = otherOf.get(type, id)?.['type'];
    return { resource: typeof other === 'string' ? { typeId: other, id } : undefined, email: '' };
  }

  return (told) => {
    const { rule: ruleId, severity, subject, where, detail, fingerprint } = JSON.parse(told) as Finding; // as it was put in
    const { resource, email } = standsFor(subject);
    const { title = ruleId, fix = '', controls = {} } = rules.get(ruleId) ?? {};
    return {
      id: fingerprint,
      rule: ruleId,
      title,
      severity,
      subject,
      resource: resource ?? (where && standsFor({ type: 'tenant', id: where.tenantId }).resource),
      email,
      where,
      detail,
      fix,
      controls: controlsInWords(controls),
    };
  };
}
