import { incomplete } from '../answers/faults.ts';
import { grantKinds } from './schema.ts';
import type { Writing } from './writing.ts';

/** What must be listed for a grant of each kind: what is held, and who holds it. */
const needs: Readonly<Record<number, { readonly on: string; readonly to: string; readonly words: string }>> = {
  [grantKinds.holding]: { on: 'thing_row', to: 'user_row', words: 'to a user' },
  [grantKinds.confers]: { on: 'thing_row', to: 'thing_row', words: 'to a role' },
  [grantKinds.inherits]: { on: 'thing_row', to: 'thing_row', words: 'from a tenant' },
  [grantKinds.maps]: { on: 'thing_row', to: '', words: '' },
  [grantKinds.member]: { on: 'sso_row', to: 'user_row', words: 'to a user' },
};

/**
 * Refuses a sync that grants what it does not list, or to a user that it does not list: answers would leave somebody out.
 * Looks at grants that are new, and at those of what is gone since the sync before.
 */
export function checkReferences({ path, database, project, sync }: Writing): void {
  const stands = (table: string, n: string): string =>
    `exists (select 1 from ${table} x where x.n = ${n} and x.until is null)`;
  const refuse = (words: string): never => {
    throw incomplete(path, `the sync grants something ${words} that it does not list`);
  };
  const hasAny = (sql: string, ...values: readonly number[]): boolean =>
    database.prepare(`select 1 from ${sql} limit 1`).get(...values) !== undefined;
  const kinds = Object.entries(needs);
  for (const [kind, { on, to, words }] of kinds) {
    const begun = `grant_row g where g.project = ? and g.since = ? and g.until is null and g.kind = ${kind}`;
    if (hasAny(`${begun} and not ${stands(on, 'g.on_n')}`, project, sync)) {
      refuse('of something');
    }
    if (to !== '' && hasAny(`${begun} and not ${stands(to, 'g.to_n')}`, project, sync)) {
      refuse(words);
    }
  }
  const strangers = `grant_row g join entity o on o.n = g.on_n join entity p on p.n = g.to_n
    where g.project = ? and g.since = ? and g.until is null and g.kind = ${grantKinds.other}`;
  if (hasAny(`${strangers} and p.type = 'user' and not ${stands('user_row', 'g.to_n')}`, project, sync)) {
    refuse('to a user');
  }
  const ours = "('tenant', 'role', 'role_binding', 'permission')";
  if (hasAny(`${strangers} and o.type in ${ours} and not ${stands('thing_row', 'g.on_n')}`, project, sync)) {
    refuse('of something');
  }
  for (const table of ['user_row', 'thing_row', 'sso_row']) {
    const gone = `${table} r where r.project = ? and r.until = ? and not ${stands(table, 'r.n')}`;
    const granted = [...kinds, ...(table === 'thing_row' ? [[`${grantKinds.other}`, { on: table }] as const] : [])]
      .filter(([, { on }]) => on === table)
      .map(([kind]) => kind)
      .join();
    const held = kinds
      .filter(([, { to }]) => to === table)
      .map(([kind]) => kind)
      .join();
    const byPrincipal = table === 'user_row' ? `${held}, ${grantKinds.other}` : held;
    if (
      byPrincipal !== '' &&
      hasAny(
        `${gone} and exists (select 1 from grant_row g where g.to_n = r.n and g.until is null and g.kind in (${byPrincipal}))`,
        project,
        sync,
      )
    ) {
      refuse(table === 'thing_row' ? 'to a role' : 'to a user');
    }
    if (
      granted !== '' &&
      hasAny(
        `${gone} and exists (select 1 from grant_row g where g.on_n = r.n and g.until is null and g.kind in (${granted}))`,
        project,
        sync,
      )
    ) {
      refuse('of something');
    }
  }
}
