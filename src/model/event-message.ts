import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack, StructSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Entitlement_PurposeValue, type EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { type EventSchema, EventType } from '../gen/c1/connector/v2/event_feed_pb.ts';
import { entitlementIdOf, type EntitlementRef, type ResourceRef } from './ids.ts';
import { toResourceId } from './resource-message.ts';

/** What an event says, apart from when. */
export type EventContent =
  | { readonly kind: 'usage'; readonly target: ResourceRef; readonly actor: ResourceRef }
  | { readonly kind: 'resource_change'; readonly resource: ResourceRef }
  | {
      readonly kind: 'create_grant' | 'create_revoke';
      readonly entitlement: EntitlementRef;
      readonly principal: ResourceRef;
    };

export type EventWords = EventContent & { readonly id: string; readonly occurredMs: number };

export const eventTypes = {
  usage: EventType.USAGE,
  resource_change: EventType.RESOURCE_CHANGE,
  create_grant: EventType.CREATE_GRANT,
  create_revoke: EventType.CREATE_REVOKE,
} as const satisfies Record<EventContent['kind'], EventType>;

/** The message of an event. */
export function toEvent(event: EventWords): MessageInitShape<typeof EventSchema> {
  return { id: event.id, occurredAt: timestampFromMs(event.occurredMs), event: contentOf(event) };
}

function contentOf(event: EventContent): NonNullable<MessageInitShape<typeof EventSchema>['event']> {
  switch (event.kind) {
    case 'usage':
      return {
        case: 'usageEvent',
        value: { targetResource: identityOf(event.target), actorResource: identityOf(event.actor) },
      };
    case 'resource_change':
      return { case: 'resourceChangeEvent', value: { resourceId: toResourceId(event.resource) } };
    case 'create_grant':
      return {
        case: 'createGrantEvent',
        value: { entitlement: heldOf(event.entitlement), principal: identityOf(event.principal) },
      };
    case 'create_revoke':
      return {
        case: 'createRevokeEvent',
        value: { entitlement: heldOf(event.entitlement), principal: identityOf(event.principal) },
      };
  }
}

const identityOf = (ref: ResourceRef) => ({ id: toResourceId(ref) });

/** An entitlement by its identity: its words are those of the sync. */
function heldOf({ typeId, resourceId, slug }: EntitlementRef): MessageInitShape<typeof EntitlementSchema> {
  return {
    id: entitlementIdOf({ typeId, resourceId, slug }),
    slug,
    purpose: Entitlement_PurposeValue.ASSIGNMENT,
    resource: identityOf({ typeId, id: resourceId }),
  };
}

/** An annotation for a reader who knows nothing of us: a note in words, and what it is about. */
export function noteAnnotation(note: string, about: Readonly<Record<string, string>>): Any {
  const fields = Object.entries({ note, ...about }).map(
    ([name, value]) => [name, { kind: { case: 'stringValue', value } }] as const,
  );
  return anyPack(StructSchema, create(StructSchema, { fields: Object.fromEntries(fields) }));
}
