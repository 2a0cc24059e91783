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
      resourceType: async () => undefined,
      resource: async (row) => void collected.resources.push(toJson(ResourceSchema, row, options)),
      entitlement: async (row) => void collected.entitlements.push(toJson(EntitlementSchema, row, options)),
      grant: async (row) => void collected.grants.push(toJson(GrantSchema, row, options)),
    },
  });
  return collected;
}
