import { create, type JsonObject } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { SecretTraitSchema } from '../../src/gen/c1/connector/v2/annotation_trait_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema, ResourceTypeSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { edgeRow } from '../../src/model/edge-row.ts';
import {
  derivedBindingResourceId,
  entitlementId,
  entitlementIdOf,
  entitlementRef,
  type EntitlementRef,
  foundingTypeIds,
  grantId,
  type ResourceRef,
} from '../../src/model/ids.ts';
import { annotate } from '../../src/model/annotations.ts';
import type { GrantRow, ResourceRow } from '../../src/model/row.ts';
import { grantRow, resourceRow } from '../../src/model/row.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';

// A file of a sync, written row by row as the access model says, and by no sync: what is inherited and mapped stands in
// it whatever a sync would make of the tree.

export interface HandWritten {
  readonly resources: readonly ResourceRow[];
  readonly grants: readonly GrantRow[];
  /** Types besides those that every sync has. */
  readonly types?: readonly string[];
  /** Fields of the summary that are not the usual ones. */
  readonly summary?: object;
}

export async function writeByHand(
  path: string,
  { resources, grants, types = [], summary = {} }: HandWritten,
): Promise<void> {
  const target = await chooseOutput(path)({ syncId: newSyncId(), about: { projectId: 'P2hand' } });
  await target.resourceTypes(
    [...foundingTypeIds, ...types].map((id) => create(ResourceTypeSchema, { id, displayName: id })),
  );
  await target.resources(resources);
  await target.entitlements([]);
  await target.grants(grants);
  await target.finish((contentHash) => ({
    complete: true,
    projectId: 'P2hand',
    finishedAt: '2026-11-30T00:00:00Z',
    counts: { resources: { total: resources.length }, grants: { total: grants.length } },
    consistency: { mode: 'stable', passes: 1, proved: 'by hand', assumptions: [] },
    inheritance: { mode: 'auto', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 },
    ...summary,
    contentHash,
  }));
}

/** A resource by type and id, with its name, its tenant and its profile. */
export function resource(
  typeId: string,
  id: string,
  displayName: string,
  {
    parent,
    profile = {},
    secretOf,
    madeBy,
  }: {
    readonly parent?: string;
    readonly profile?: JsonObject;
    /** As whom a secret signs in. */
    readonly secretOf?: ResourceRef;
    /** Who made it. */
    readonly madeBy?: ResourceRef;
  } = {},
): ResourceRow {
  return resourceRow(
    create(ResourceSchema, {
      id: { resourceType: typeId, resource: id },
      displayName,
      ...(parent !== undefined && { parentResourceId: { resourceType: 'tenant', resource: parent } }),
      profile,
      annotations: secretOf === undefined ? [] : [secretOfSomebody(secretOf, madeBy)],
    }),
  );
}

function secretOfSomebody({ typeId, id }: ResourceRef, madeBy: ResourceRef | undefined): Any {
  const identityId = { resourceType: typeId, resource: id };
  return annotate(
    SecretTraitSchema,
    create(SecretTraitSchema, {
      identityId,
      ...(madeBy !== undefined && { createdById: { resourceType: madeBy.typeId, resource: madeBy.id } }),
    }),
  );
}

export const user = (id: string, name: string, profile: JsonObject = {}): ResourceRow =>
  resource('user', id, name, { profile: { status: 'enabled', ...profile } });
export const tenant = (id: string, name: string, parent?: string): ResourceRow =>
  resource('tenant', id, name, { ...(parent !== undefined && { parent }), profile: { role_inheritance: '' } });
export const role = (name: string): ResourceRow => resource('role', name, name, { profile: { role_name: name } });
export const permission = (name: string): ResourceRow => resource('permission', name, name);

export function tenantRole(tenantId: string, name: string, title = `${name} (${tenantId})`): ResourceRow {
  return resource('role', `${tenantId}/${name}`, title, { parent: tenantId, profile: { role_name: name } });
}
export function binding(tenantId: string, name: string, title = `${name} in ${tenantId}`): ResourceRow {
  return resource('role_binding', `${tenantId}/${name}`, title, { parent: tenantId, profile: { role_name: name } });
}
/** A binding that exists by inheritance alone: of an ancestor's role, or for '' of the project's. */
export function derivedBinding(tenantId: string, roleTenantId: string, roleName: string): ResourceRow {
  return resource(
    'role_binding',
    derivedBindingResourceId({ tenantId, roleTenantId, roleName }),
    `${roleName} of ${roleTenantId === '' ? 'the project' : roleTenantId} in ${tenantId}`,
    { parent: tenantId, profile: { role_name: roleName, tenant_id: tenantId, role_tenant_id: roleTenantId } },
  );
}

const refOf = (typeId: string, id: string): EntitlementRef =>
  typeId === 'tenant' || typeId === 'role' || typeId === 'role_binding' || typeId === 'permission'
    ? entitlementRef(typeId, id)
    : { typeId, resourceId: id, slug: 'member' };

/** Somebody holds something, both as `type:id`. */
export function held(on: string, to: string, annotations?: JsonObject): GrantRow {
  const [ref, principal] = [refOf(...partsOf(on)), principalOf(to)];
  return annotations === undefined
    ? grantRow(
        create(GrantSchema, {
          id: grantId(entitlementIdOf(ref), principal),
          entitlement: {
            id: entitlementIdOf(ref),
            resource: { id: { resourceType: ref.typeId, resource: ref.resourceId } },
          },
          principal: { id: { resourceType: principal.typeId, resource: principal.id } },
        }),
      )
    : edgeRow({ entitlement: ref, principal, metadata: annotations });
}

/** A role or a binding confers a permission. */
export function confers(by: string, name: string): GrantRow {
  const { typeId, id } = principalOf(by);
  return edgeRow({
    entitlement: entitlementRef('permission', name),
    principal: { typeId, id },
    passedOn: { entitlementId: entitlementIdOf(refOf(typeId, id)), typeIds: ['user'] },
  });
}

export interface FlowParts {
  readonly reason?: string;
  /** Whether keys inherit, too. */
  readonly keys?: boolean;
}

/** Whoever holds `from` directly, in `ancestor`, has `on`, too. */
export function flows(
  on: string,
  from: string,
  ancestor: string,
  { reason = '', keys = false }: FlowParts = {},
): GrantRow {
  const { typeId, id } = principalOf(from);
  return edgeRow({
    entitlement: refOf(...partsOf(on)),
    principal: { typeId, id },
    passedOn: { entitlementId: entitlementIdOf(refOf(typeId, id)), typeIds: keys ? ['user', 'access_key'] : ['user'] },
    sourceId: entitlementId('tenant', ancestor).replace(/:member$/, ''),
    metadata: {
      inherited_from: ancestor,
      certainty: reason === '' ? 'derived' : 'uncertain',
      ...(keys && { certainty_keys: 'uncertain' }),
      ...(reason !== '' && { reason }),
    },
  });
}

/** What the next login gives: to a group, to all of a configuration, or to all who join a tenant. */
export function maps(on: string, to: string, metadata: JsonObject): GrantRow {
  return edgeRow({ entitlement: refOf(...partsOf(on)), principal: principalOf(to), sourceId: to, metadata });
}

function partsOf(key: string): [string, string] {
  const at = key.indexOf(':');
  return [key.slice(0, at), key.slice(at + 1)];
}

function principalOf(key: string): ResourceRef {
  const [typeId, id] = partsOf(key);
  return { typeId, id };
}
