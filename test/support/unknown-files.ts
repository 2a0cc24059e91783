import { rm } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { openSource } from '../../src/answers/open.ts';
import { EntitlementSchema } from '../../src/gen/c1/connector/v2/entitlement_pb.ts';
import { GrantSchema } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourceSchema, ResourceTypeSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { entitlementRow, grantRow, resourceRow } from '../../src/model/row.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import type { Rows } from './descope-model.ts';
import { writeSync } from './sync-files.ts';

/** A resource by type and id: `access_key:K1`. */
type TypedId = `${string}:${string}`;

/** What a newer version writes besides: its resources with their names, and grants as `[on, slug, to]`. */
export interface Added {
  readonly resources?: Readonly<Record<TypedId, string>>;
  readonly grants?: readonly (readonly [TypedId, string, TypedId])[];
  /** The type of an annotation on each of the resources. */
  readonly trait?: string;
}

/** The sync of a project as a newer version might write it, through the writers of this one. */
export async function writeNewerSync(
  path: string,
  rows: Partial<Rows>,
  { resources = {}, grants = [], trait }: Added,
): Promise<void> {
  const plain = `${path}.plain.json`;
  await writeSync(plain, rows);
  await using source = await openSource(plain);
  const target = await chooseOutput(path)({ syncId: newSyncId(), about: { projectId: 'P2newer' } });
  const types = new Set(Object.keys(resources).map((key) => partsOf(key).resourceType));
  for (const section of ['resourceTypes', 'resources', 'entitlements', 'grants'] as const) {
    for await (const batch of source.messages()) {
      for (const stored of batch.filter((candidate) => candidate.section === section)) {
        switch (stored.section) {
          case 'resourceTypes':
            await target.resourceTypes([stored.message]);
            break;
          case 'resources':
            await target.resources([resourceRow(stored.message)]);
            break;
          case 'entitlements':
            await target.entitlements([entitlementRow(stored.message)]);
            break;
          case 'grants':
            await target.grants([grantRow(stored.message)]);
        }
      }
    }
    if (section === 'resourceTypes') {
      await target.resourceTypes([...types].map((id) => create(ResourceTypeSchema, { id, displayName: id })));
    } else if (section === 'resources') {
      await target.resources(
        Object.entries(resources).map(([key, displayName]) =>
          resourceRow(
            create(ResourceSchema, {
              id: partsOf(key),
              displayName,
              annotations:
                trait === undefined
                  ? []
                  : [create(AnySchema, { typeUrl: `type.googleapis.com/${trait}`, value: new Uint8Array([8, 1]) })],
            }),
          ),
        ),
      );
    } else if (section === 'grants') {
      await target.grants(grants.map((grant) => grantRow(toMessage(grant))));
    }
  }
  await target.finish((contentHash) => ({ ...source.wholeSummary, contentHash }));
  await rm(plain);
}

function toMessage([on, slug, to]: readonly [string, string, string]): ReturnType<typeof create<typeof GrantSchema>> {
  return create(GrantSchema, {
    id: `${on}:${slug}:${to}`,
    entitlement: create(EntitlementSchema, { id: `${on}:${slug}`, slug, resource: { id: partsOf(on) } }),
    principal: { id: partsOf(to) },
  });
}

function partsOf(key: string): { readonly resourceType: string; readonly resource: string } {
  const at = key.indexOf(':');
  return { resourceType: key.slice(0, at), resource: key.slice(at + 1) };
}
