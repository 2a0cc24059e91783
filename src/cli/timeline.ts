import { csvBytes } from '../answers/csv.ts';
import { jsonLines } from '../answers/json-lines.ts';
import { printable } from '../answers/printable.ts';
import { tableLines } from '../answers/table.ts';
import { type TypedThing, thingInWords } from '../answers/unknown.ts';
import { ConnectorError } from '../errors.ts';
import { type TimelineEvent, timelineJson, timelineOf } from '../history/timeline.ts';
import { isStore } from '../output/outputs.ts';
import type { CommandContext } from './command-context.ts';
import { type AnswerFlags, checkOneFormat, map } from './questions.ts';
import { readIndex } from './read-index.ts';
import { prose, screenWidth, withEnds, writeResult } from './results.ts';
import type { WhenFlags } from './stored.ts';
import { painter } from './terminal.ts';
import { fullPath } from '../store-url.ts';

export type TimelineFlags = AnswerFlags & WhenFlags;

const header = [
  'not_before',
  'not_after',
  'change',
  'area',
  'principal_type',
  'principal_id',
  'principal',
  'held_type',
  'held_id',
  'held',
  'detail',
];

/** What somebody gained and lost, or who gained and lost something, with the bounds of each time. */
export async function tellTimeline(
  store: string,
  asked: string,
  options: TimelineFlags,
  { signal }: Pick<CommandContext, 'signal'>,
): Promise<void> {
  checkOneFormat(options);
  if (!isStore(store)) {
    throw new ConnectorError(
      'config',
      `a timeline is told from a store, and ${printable(store)} is none: make one with "baton-descope history import"`,
    );
  }
  await using index = await readIndex(fullPath(store), signal, {
    ...options,
    hasPast: true,
    isLean: true,
    question: { about: 'timeline', of: asked },
  });
  const timeline = timelineOf(index, asked);
  const { type, id, name } = timeline.asked;
  if (options.csv === true) {
    await writeResult(csvBytes(header, map(timeline.events(), cellsOf)), signal);
  } else if (options.json === true) {
    const { head, list, rows } = timelineJson(index, timeline);
    await writeResult(jsonLines(head, list, rows()), signal);
  } else {
    const title = `${name === '' || name === id ? '' : `${printable(name)}, `}${printable(thingInWords({ type, id, name: '' }))}`;
    await writeResult(withEnds(prose(title).map((line) => painter()('bold', line))), signal);
    let events = 0;
    const rows = map(timeline.events(), (event) => {
      events += 1;
      return [whenInWords(event), changeInWords(event), whatInWords(event, timeline.asked)];
    });
    await writeResult(withEnds(tableLines(rows, { width: screenWidth(), shrink: [{ column: 2, to: 24 }] })), signal);
    await writeResult(
      withEnds(
        prose(
          ...(events === 0 ? ['Nothing came or went.'] : []),
          'note: a change is known to lie between two syncs: when the one before it began to read, and when the one that shows it had read',
        ),
      ),
      signal,
    );
  }
}

/** What the first sync found did not come then: it was there. */
function changeInWords({ change, area }: TimelineEvent): string {
  const isThing = area === 'people' || area === 'model';
  return change === 'first' ? (isThing ? 'there' : 'held') : change;
}

/** "2026-03-01T09:00:00Z .. 2026-03-01T10:00:12Z"; before the first sync nothing is known. */
function whenInWords({ notBefore, notAfter }: TimelineEvent): string {
  return notBefore === undefined ? `by ${seconds(notAfter)}` : `${seconds(notBefore)} .. ${seconds(notAfter)}`;
}

function seconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}

/** The side that was not asked about, or both where it concerns neither of them alone. */
function whatInWords({ area, principal, held, detail }: TimelineEvent, asked: TypedThing): string {
  const isAsked = (thing: TypedThing): boolean => thing.type === asked.type && thing.id === asked.id;
  const sides = [principal, held].filter((thing) => thing.type !== '' && !isAsked(thing)).map(titleOf);
  const words = area === 'access' || area === 'people' || area === 'model' ? '' : ` (${area.replace('_', ' ')})`;
  return `${sides.join(' -> ')}${sides.length > 0 && detail !== '' ? ': ' : ''}${detail}${words}`;
}

function titleOf({ type, id, name }: TypedThing): string {
  const title = name === '' ? id : name;
  return type === 'tenant'
    ? `member of ${title}`
    : type === 'user' || type.startsWith('role')
      ? title
      : `${type} ${title}`;
}

function cellsOf({ notBefore = '', notAfter, change, area, principal, held, detail }: TimelineEvent): string[] {
  return [
    notBefore,
    notAfter,
    change,
    area,
    principal.type,
    principal.id,
    principal.name,
    held.type,
    held.id,
    held.name,
    detail,
  ];
}
