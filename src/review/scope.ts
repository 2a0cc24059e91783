import type { FileIndex } from '../answers/file-index.ts';
import { find } from '../answers/find.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { ReviewScope } from './format.ts';

/** A scope as it was typed. */
export interface AskedScope {
  readonly kind: ReviewScope['kind'];
  /** An id or a name; '' for `all`. */
  readonly asked: string;
}

const kinds = ['tenant', 'role', 'app'] as const;
export const scopeForm = 'tenant:ID, role:ID, app:ID (or a name), or all';

/** `tenant:acme`, `role:Editor`, `app:Wiki` or `all`; anything else is a `config` error. */
export function parseScope(text: string): AskedScope {
  if (text === 'all') {
    return { kind: 'all', asked: '' };
  }
  const at = text.indexOf(':');
  const kind = kinds.find((word) => word === text.slice(0, at));
  const asked = text.slice(at + 1);
  if (at < 0 || kind === undefined || asked.trim() === '') {
    throw new ConnectorError('config', `--scope ${printable(text)} is no scope: say ${scopeForm}`);
  }
  return { kind, asked };
}

/** A scope, and what of an index it holds. */
export interface FoundScope extends ReviewScope {
  /** A condition on thing t, for what of tenants and roles is in it; its parameters. */
  readonly things: { readonly sql: string; readonly values: readonly string[] };
  /** The applications and apps in it: all, one, or none. */
  readonly apps: 'all' | 'none' | { readonly type: string; readonly id: string };
}

const none = { sql: 'false', values: [] } as const;

/** Looks up what a scope names; errors as those of `find`. */
export function findScope(index: FileIndex, { kind, asked }: AskedScope): FoundScope {
  switch (kind) {
    case 'all':
      return { kind, id: '', name: '', things: { sql: 'true', values: [] }, apps: 'all' };
    case 'tenant': {
      const { id, name } = find(index, 'tenant', asked);
      return { kind, id, name, things: { sql: 't.tenant = ?', values: [id] }, apps: 'none' };
    }
    case 'role': {
      const { id, name } = find(index, 'role', asked);
      return { kind, id, name, things: { sql: inRole, values: [id, id] }, apps: 'none' };
    }
    case 'app': {
      const { type, id, name } = find(index, 'app', asked);
      return { kind, id: `${type}:${id}`, name, things: none, apps: { type, id } };
    }
  }
}

/**
 * The role itself, and where it is held inside tenants: a project role by its bindings, and either by the bindings that
 * say where a role is inherited.
 */
const inRole = `(t.kind = 'role' and t.id = ? or t.kind = 'binding' and exists (select 1 from thing r
  where r.kind = 'role' and r.id = ? and r.role = t.role and r.tenant = coalesce(t.role_tenant, '')))`;
