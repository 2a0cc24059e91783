import { EventService } from '../gen/c1/connector/v2/event_feed_pb.ts';
import { type AnsweredService, answering } from './answers.ts';
import { notFound } from './refusals.ts';

/** EventService: there are no feeds, so the list is empty and none is found by name. */
export function eventService(): AnsweredService {
  return answering(EventService, { listEventFeeds: () => ({}), listEvents: () => notFound('event feed') });
}
