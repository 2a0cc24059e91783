import type { DatabaseSync } from 'node:sqlite';
import { canonical } from './other-rows.ts';

/** What questions need of the profile of a tenant, a configuration of single sign-on, or a group. */
const keptKeys: Readonly<Record<string, readonly string[]>> = {
  tenant: ['domains', 'self_provisioning_domains', 'enforce_sso', 'disabled', 'default_roles'],
  sso_configuration: [
    'kind',
    'domains',
    'self_provisioning_domains',
    'enforce_sso',
    'exclusions',
    'metadata_url',
    'certificates',
    'unknown_roles',
  ],
  idp_group: ['group_name', 'members', 'unknown_roles'],
};

export interface ProfileWriter {
  put(type: string, id: string, profile: Readonly<Record<string, unknown>> | undefined): void;
}

/** Enters profiles into an index. */
export function createProfileWriter(database: DatabaseSync): ProfileWriter {
  const insert = database.prepare('insert or replace into profile (type, id, profile) values (?, ?, ?)');
  return {
    put: (type, id, profile = {}) => {
      insert.run(type, id, keptProfile(type, profile));
    },
  };
}

/** What is kept of a profile, as JSON. */
export function keptProfile(type: string, profile: Readonly<Record<string, unknown>>): string {
  const kept = keptKeys[type] ?? [];
  return canonical(Object.fromEntries(kept.flatMap((key) => (key in profile ? [[key, profile[key]]] : []))));
}
