import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileIndex } from '../answers/file-index.ts';
import type { Check, Finding } from '../checks/check.ts';
import { controlsInWords } from '../checks/judgement.ts';
import type { Rule } from '../checks/rule.ts';
import { throwIfCancelled } from '../errors.ts';
import type { ResourceRef } from '../model/ids.ts';
import type { FindingRow, FindingRows } from '../resources/sync/judging.ts';

/** So long findings are looked for before others in this process have a turn. */
const turnMs = 25;
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
    let turnEnds = performance.now() + turnMs;
    for (const finding of check.findings()) {
      if (finding.waiver === undefined) {
        put.run(finding.fingerprint, JSON.stringify(finding));
      }
      if (performance.now() > turnEnds) {
        await nextTurn();
        throwIfCancelled(signal);
        turnEnds = performance.now() + turnMs;
      }
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

/** The columns of a finding that say where its subject is kept, as its rule names it. */
const kinds: Readonly<Record<string, string>> = { role: 'role', permission: 'permission', role_binding: 'binding' };

function rowMaker(database: DatabaseSync, rules: ReadonlyMap<string, Rule>): (told: string) => FindingRow {
  const emailOf = database.prepare('select email from user where id = ?');
  const lookUps = {
    user: database.prepare(`select 'user' type from user where id = ?2 and ?1 = 'user'`),
    tenant: database.prepare(`select 'tenant' type from tenant where id = ?2 and ?1 = 'tenant'`),
    thing: database.prepare('select 1 from thing where kind = ? and id = ?'),
    sso: database.prepare('select type from sso where type = ? and id = ?'),
    // A key that acts as a user is listed as the secret of that user alone.
    other: database.prepare(`select type from other where type in (?1, ?1 || '_secret') and id = ?2 order by type`),
  };

  function resourceOf({ type, id }: Pick<Finding['subject'], 'type' | 'id'>): ResourceRef | undefined {
    const kind = kinds[type];
    if (kind !== undefined) {
      return lookUps.thing.get(kind, id) === undefined ? undefined : { typeId: type, id };
    }
    const { user, tenant, sso, other } = lookUps;
    const found = [user, tenant, sso, other].map((lookUp) => lookUp.get(type, id)?.['type']).find(Boolean);
    return typeof found === 'string' ? { typeId: found, id } : undefined;
  }

  return (told) => {
    const { rule: ruleId, severity, subject, where, detail, fingerprint } = JSON.parse(told) as Finding; // as it was put in
    const { title = ruleId, fix = '', controls = {} } = rules.get(ruleId) ?? {};
    return {
      id: fingerprint,
      rule: ruleId,
      title,
      severity,
      subject,
      resource: resourceOf(subject) ?? (where && resourceOf({ type: 'tenant', id: where.tenantId })),
      email: subject.type === 'user' ? String(emailOf.get(subject.id)?.['email'] ?? '') : '',
      where,
      detail,
      fix,
      controls: controlsInWords(controls),
    };
  };
}
