import type { JsonObject } from '@bufbuild/protobuf';
import type { ScriptedTask } from './script.ts';

// Tasks as a platform gives them; people and roles are those of the embedded project's sample company.

export const ada = 'U2AdaLovelace000000000000000';

/** SQLite is what ours writes, and what both can be compared in. */
export const sync = (name: string, what: JsonObject = {}, how: Partial<ScriptedTask> = {}): ScriptedTask => ({
  name,
  does: { syncFull: { storageEngine: 'sqlite', ...what } },
  ...how,
});

export const userOf = (id: string): JsonObject => ({ id: { resourceType: 'user', resource: id } });

export const entitlementOf = (resourceType: string, resource: string): JsonObject & { readonly id: string } => {
  const slug = resourceType === 'tenant' ? 'member' : 'assigned';
  return { id: `${resourceType}:${resource}:${slug}`, slug, resource: { id: { resourceType, resource } } };
};

export const grant = (name: string, entitlement: JsonObject, principal: JsonObject): ScriptedTask => ({
  name,
  does: { grant: { entitlement, principal } },
});

export const revoke = (
  name: string,
  entitlement: ReturnType<typeof entitlementOf>,
  principalId: string,
): ScriptedTask => ({
  name,
  does: {
    revoke: {
      grant: {
        id: `${entitlement.id}:user:${principalId}`,
        entitlement,
        principal: userOf(principalId),
      },
    },
  },
});

/** Any kind of task, by the name of its member. */
export const task = (kind: string, value: JsonObject = {}, how: Partial<ScriptedTask> = {}): ScriptedTask => ({
  name: kind,
  does: { [kind]: value },
  ...how,
});
