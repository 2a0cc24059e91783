import { toJson } from '@bufbuild/protobuf';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { annotationRegistry } from '../../src/model/annotations.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { walk } from '../../src/sync/walk.ts';

/** Everything a walk brought, as protobuf JSON, in the order it came. */
export interface Collected {
  readonly resources: unknown[];
  readonly entitlements: unknown[];
  readonly grants: unknown[];
}

export async function collect(surface: ConnectorSurface, syncId: string): Promise<Collected> {
  const collected: Collected = { resources: [], entitlements: [], grants: [] };
  const options = { registry: annotationRegistry };
  await walk({
    surface,
    syncId,
    sink: {
      resourceTypes: async () => undefined,
      resources: async (rows) =>
        void collected.resources.push(...rows.map(({ message }) => toJson(ResourceSchema, message, options))),
      entitlements: async (rows) =>
        void collected.entitlements.push(...rows.map(({ message }) => toJson(EntitlementSchema, message, options))),
      grants: async (rows) =>
        void collected.grants.push(...rows.map(({ message }) => toJson(GrantSchema, message, options))),
    },
  });
  return collected;
}
