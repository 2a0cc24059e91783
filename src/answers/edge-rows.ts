import type { DatabaseSync } from 'node:sqlite';
import { incomplete } from './faults.ts';
import type { ProfileWriter } from './profile-rows.ts';
import type { FileGroup, FileGroupMember, FileInheritance, FileMapping, FileSsoConfiguration } from './rows.ts';

/** Enters into an index what is inherited, and what single sign-on gives. */
export interface EdgeWriter {
  put(row: FileInheritance | FileMapping | FileSsoConfiguration | FileGroup | FileGroupMember): void;
}

/** `thingOf` gives the number of a thing, and refuses one that the file does not list. */
export function createEdgeWriter(
  path: string,
  database: DatabaseSync,
  { thingOf, profiles }: { readonly thingOf: (kind: string, id: string) => number; readonly profiles: ProfileWriter },
): EdgeWriter {
  const putInheritance = database.prepare(
    'insert or ignore into inherits (thing, source, ancestor, certainty, keys, reason) values (?, ?, ?, ?, ?, ?)',
  );
  const putMapping = database.prepare(
    'insert or ignore into maps (thing, via, type, id, sso_id, priority) values (?, ?, ?, ?, ?, ?)',
  );
  const putSso = database.prepare('insert or ignore into sso (type, id, name, tenant, sso_id) values (?, ?, ?, ?, ?)');
  const putMember = database.prepare(
    "insert or ignore into group_member (sso, user) select s.n, u.n from sso s, user u where s.type = 'idp_group' " +
      'and s.id = ? and u.id = ?',
  );
  const hasMember = database.prepare(
    "select 1 from sso s, user u where s.type = 'idp_group' and s.id = ? and u.id = ?",
  );
  return {
    put: (row) => {
      switch (row.kind) {
        case 'inheritance':
          putInheritance.run(
            thingOf(row.on.kind, row.on.id),
            thingOf(row.from.kind, row.from.id),
            row.ancestor,
            row.certainty,
            row.keys,
            row.reason,
          );
          return;
        case 'mapping':
          putMapping.run(
            thingOf(row.on.kind, row.on.id),
            row.via,
            row.from.typeId,
            row.from.id,
            row.ssoId,
            row.priority ?? null,
          );
          return;
        case 'group':
        case 'sso-configuration':
          putSso.run(
            row.kind === 'group' ? 'idp_group' : 'sso_configuration',
            row.id,
            row.name,
            row.tenantId,
            row.ssoId,
          );
          profiles.put(row.kind === 'group' ? 'idp_group' : 'sso_configuration', row.id, row.profile);
          return;
        case 'group-member':
          if (
            putMember.run(row.groupId, row.userId).changes === 0 &&
            hasMember.get(row.groupId, row.userId) === undefined
          ) {
            throw incomplete(path, 'it puts a user into a group, and does not list both');
          }
      }
    },
  };
}
