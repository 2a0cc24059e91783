import { createHash } from 'node:crypto';
import type { Lease, Made, NewEvent } from '../engine.ts';
import type { FleetProject, Webhook } from '../fleet.ts';
import type { EventKind } from './kinds.ts';

/** What changed since the sync that was told last, as far as it is told in events. */
export interface AccessChanges {
  /** When that one was finished; undefined where it is not known. */
  readonly sinceMs: number | undefined;
  /** True where an older or another one had to do, or none was there: what changed in between is not told. */
  readonly isGap: boolean;
  readonly counts: Readonly<Record<string, unknown>>;
  /** What could not be compared, in sentences. */
  readonly notCompared: readonly string[];
  /** The first changes, those to be looked at before all others. */
  readonly changes: readonly object[];
  /** How many there are. */
  readonly total: number;
}

export interface ToldSync {
  readonly project: Pick<FleetProject, 'id' | 'name' | 'labels' | 'webhooks'>;
  readonly lease: Pick<Lease, 'run'>;
  readonly made: Made;
  /** Undefined where nobody asks for it, or there was no sync before. */
  readonly changes: AccessChanges | undefined;
  /** Where the whole sync is, for whoever wants to read on. */
  readonly latest?: string | undefined;
}

/** So many changes are told of one sync; the rest is counted. */
export const mostChanges = 1_000;
/** An event of them ends here: receivers have limits, too. */
const mostInEvent = 100;
const mostBytes = 128 * 1024;

/** Names a webhook in an engine: its address may hold what nobody else should see. */
export function hookKey({ url }: Pick<Webhook, 'url'>): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 24);
}

/** The events of one complete sync, for each webhook that asks for them. Each has an id that is always the same. */
export function eventsOf(sync: ToldSync): readonly NewEvent[] {
  const events = new Map<EventKind, readonly NewEvent[]>();
  const of = (kind: EventKind): readonly NewEvent[] => {
    const known = events.get(kind) ?? (kind === 'sync.completed' ? [completedEvent(sync)] : changeEvents(sync));
    events.set(kind, known);
    return known;
  };
  return sync.project.webhooks.flatMap((hook) =>
    hook.events.flatMap((kind) => of(kind).map(({ id, body }) => ({ id, body, hook: hookKey(hook) }))),
  );
}

function completedEvent(sync: ToldSync): NewEvent {
  const { startedMs, finishedMs, users, grants } = sync.made;
  return event(sync, 'sync.completed', 'completed', {
    startedAt: new Date(startedMs).toISOString(),
    finishedAt: new Date(finishedMs).toISOString(),
    users,
    grants,
    latest: sync.latest,
  });
}

function changeEvents(sync: ToldSync): readonly NewEvent[] {
  const { changes: found, made, latest } = sync;
  if (found === undefined || (found.total === 0 && !found.isGap)) {
    return [];
  }
  const { sinceMs, isGap, counts, notCompared, changes, total } = found;
  const parts = inParts(changes);
  return parts.map((part, at) =>
    event(sync, 'access.changed', `changes.${at + 1}`, {
      since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
      until: new Date(made.finishedMs).toISOString(),
      ...(isGap && { isGap }),
      part: at + 1,
      parts: parts.length,
      total,
      ...(changes.length < total && { notTold: total - changes.length }),
      counts,
      notCompared,
      latest,
      changes: part,
    }),
  );
}

/** Parts that are small enough for one event; one without changes where there are none. */
function inParts(changes: readonly object[]): readonly (readonly object[])[] {
  const parts: object[][] = [[]];
  let bytes = 0;
  for (const change of changes) {
    const size = Buffer.byteLength(JSON.stringify(change));
    const last = parts.at(-1) ?? [];
    if (last.length > 0 && (last.length >= mostInEvent || bytes + size > mostBytes)) {
      parts.push([change]);
      bytes = size;
    } else {
      last.push(change);
      bytes += size;
    }
  }
  return parts;
}

/** A CloudEvent in its JSON form. */
function event({ project, lease, made }: ToldSync, kind: EventKind, name: string, data: object): NewEvent {
  const id = `${lease.run}.${name}`;
  return {
    id,
    hook: '',
    body: JSON.stringify({
      specversion: '1.0',
      id,
      source: `urn:descope:project:${project.id}`,
      type: `baton-descope.${kind}`,
      subject: project.name,
      time: new Date(made.finishedMs).toISOString(),
      datacontenttype: 'application/json',
      data: { projectId: project.id, project: project.name, labels: project.labels, ...data },
    }),
  };
}
