import { create, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { type Any, anyPack, anyUnpack, StructSchema, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Entitlement_PurposeValue, type EntitlementSchema } from '../gen/c1/connector/v2/entitlement_pb.ts';
import {
  type Event,
  EventSchema,
  EventType,
  type ListEventsRequest,
  ListEventsRequestSchema,
} from '../gen/c1/connector/v2/event_feed_pb.ts';
import { annotationRegistry } from './annotations.ts';
import { entitlementIdOf, type EntitlementRef, type ResourceRef } from './ids.ts';
import type { ResourceId } from './messages.ts';
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

/** What is asked of a feed: times in epoch milliseconds. */
export interface EventsAsked {
  readonly feedId: string;
  readonly cursor: string;
  readonly startMs?: number | undefined;
  readonly pageSize: number;
}

export function toListEventsRequest({ feedId, cursor, startMs, pageSize }: EventsAsked): ListEventsRequest {
  return create(ListEventsRequestSchema, {
    eventFeedId: feedId,
    cursor,
    pageSize,
    ...(startMs !== undefined && { startAt: timestampFromMs(startMs) }),
  });
}

/** An event as protobuf JSON writes it. */
export function eventJson(event: Event): JsonValue {
  return toJson(EventSchema, event, { registry: annotationRegistry });
}

/** What an event says, for people. */
export function eventText({ occurredAt, event }: Event): string {
  const when = occurredAt === undefined ? '' : new Date(timestampMs(occurredAt)).toISOString();
  return `${when}  ${sentenceOf(event)}`;
}

function sentenceOf(event: Event['event']): string {
  switch (event.case) {
    case 'usageEvent':
      return `${nameOf(event.value.actorResource?.id)} signed in to ${nameOf(event.value.targetResource?.id)}`;
    case 'resourceChangeEvent':
      return `${nameOf(event.value.resourceId)} changed`;
    case 'createGrantEvent':
      return `${nameOf(event.value.principal?.id)} was given ${event.value.entitlement?.id}`;
    case 'createRevokeEvent':
      return `${nameOf(event.value.principal?.id)} lost ${event.value.entitlement?.id}`;
    default:
      return `an event of another kind`;
  }
}

function nameOf(id: ResourceId | undefined): string {
  return id === undefined ? 'somebody' : `${id.resourceType} ${id.resource}`;
}

/** The words of annotations such as `noteAnnotation` makes. */
export function notesIn(annotations: readonly Any[]): readonly string[] {
  return annotations.flatMap((annotation) => {
    const fields = anyUnpack(annotation, StructSchema)?.fields ?? {};
    const texts = Object.entries(fields).map(([name, { kind }]) => [
      name,
      kind.case === 'stringValue' ? kind.value : '',
    ]);
    const { note, ...about } = Object.fromEntries(texts) as Readonly<Record<string, string>>;
    const more = Object.entries(about).map(([name, value]) => `${name} ${value}`);
    return note === undefined ? [] : [[note, ...more].join(', ')];
  });
}
