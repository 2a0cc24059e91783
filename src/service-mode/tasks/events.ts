import { create } from '@bufbuild/protobuf';
import {
  ListEventFeedsRequestSchema,
  ListEventFeedsResponseSchema,
  ListEventsRequestSchema,
  ListEventsResponseSchema,
} from '../../gen/c1/connector/v2/event_feed_pb.ts';
import { answered, taskKind, type TaskKind } from '../task.ts';

const listFeeds = taskKind('listEventFeeds', 'read', async (_task, { surface, signal }) =>
  answered(ListEventFeedsResponseSchema, await surface.listEventFeeds(create(ListEventFeedsRequestSchema), signal)),
);

const listEvents = taskKind('listEvents', 'read', async (task, { surface, signal }) => {
  const { cursor, startAt, eventFeedId, pageSize } = task;
  const request = create(ListEventsRequestSchema, { cursor, eventFeedId, pageSize, ...(startAt && { startAt }) });
  return answered(ListEventsResponseSchema, await surface.listEvents(request, signal));
});

export const events: readonly TaskKind[] = [listFeeds, listEvents];
