import type { FileIndex } from '../answers/file-index.ts';
import { heldLike } from '../answers/find.ts';
import { notReadIn } from '../answers/limits.ts';
import { printable, quoted } from '../answers/printable.ts';
import type { WhoCan } from '../answers/who-can.ts';
import { ConnectorError } from '../errors.ts';
import { isFoundingType } from '../model/ids.ts';
import { isKnownType, typeInWords } from '../sync-format/known-types.ts';
import type { Standing } from './fleet-projects.ts';
import { knownInWords, namesOf } from './fleet-standing.ts';
import { counted } from './table.ts';

/** What one project says to one of the things that were asked for. */
export interface Here {
  readonly asked: string;
  readonly index: FileIndex;
  readonly found?: WhoCan;
  /** Nothing here is called so, or several things are. */
  readonly failure?: ConnectorError;
}

/** What came of one of the things that were asked for, over all projects that were read. */
export interface Total {
  readonly asked: string;
  readonly types: Set<string>;
  users: number;
  others: number;
  holding: number;
  /** The projects that have nothing of this name, with the types that were read there. */
  readonly without: { readonly standing: Standing; readonly types: ReadonlySet<string> }[];
  /** What the first of these has instead, by the likeness of its name. */
  near?: string | undefined;
  /** What the first of these did not read, of which it may be. */
  notRead?: string | undefined;
  readonly unclear: { readonly standing: Standing; readonly why: string }[];
}

export function totalOf(asked: string): Total {
  return { asked, types: new Set(), users: 0, others: 0, holding: 0, without: [], unclear: [] };
}

/** Takes into account what a project says to it. */
export function count(total: Total, standing: Standing, { index, found, failure }: Here): void {
  if (found !== undefined) {
    const [users, others] = [found.counts().users, found.otherCounts().principals];
    total.types.add(found.asked.type);
    total.users += users;
    total.others += others;
    total.holding += users + others > 0 ? 1 : 0;
  } else if (failure?.kind === 'conflict') {
    total.unclear.push({ standing, why: failure.message.split('\n')[0] ?? '' });
  } else {
    if (total.without.length === 0) {
      [total.near] = heldLike(index, total.asked);
      total.notRead = notReadIn(index)?.words;
    }
    total.without.push({ standing, types: index.types });
  }
}

/** Projects that may have it without telling: it is of a type that was not read there. */
function unread({ without, ...total }: Total): readonly Standing[] {
  const needed = neededTypes(total);
  return without.flatMap(({ standing, types: read }) => (needed.every((type) => read.has(type)) ? [] : [standing]));
}

/** The types that a sync has only where it was asked for them: of what was found, else the one that the text names. */
function neededTypes({ asked, types }: Pick<Total, 'asked' | 'types'>): readonly string[] {
  const named = asked.slice(0, Math.max(0, asked.indexOf(':')));
  const asTyped = isKnownType(named) ? [named] : [];
  return (types.size > 0 ? [...types] : asTyped).filter((type) => !isFoundingType(type));
}

export function totalInWords(total: Total, standings: readonly Standing[]): string {
  const { asked, users, others, holding, without, unclear } = total;
  const hidden = unread(total);
  const certain = without.map(({ standing }) => standing).filter((standing) => !hidden.includes(standing));
  const who = [
    counted(users, 'user'),
    ...(others > 0 ? [`${others.toLocaleString('en')} that are no users`] : []),
  ].join(' and ');
  const parts = [
    `${who} in ${holding} of ${knownInWords(standings)}`,
    ...(certain.length > 0 ? [`nothing of this name in ${namesOf(certain)}`] : []),
    ...(hidden.length > 0
      ? [
          `not known in ${namesOf(hidden)}, where ${neededTypes(total)
            .map((type) => typeInWords(type, 2))
            .join(', ')} were not read`,
        ]
      : []),
    ...unclear.map(({ standing, why }) => `not clear in ${printable(standing.project.name)}: ${why}`),
  ];
  return `${printable(asked)}: ${parts.join('; ')}.`;
}

export function totalJson(total: Total): object {
  const { asked, users, others, holding, without, unclear } = total;
  const hidden = unread(total);
  return {
    asked,
    users,
    others,
    projectsWithHolders: holding,
    notThere: without
      .map(({ standing }) => standing)
      .filter((standing) => !hidden.includes(standing))
      .map(nameIn),
    notRead: hidden.map(nameIn),
    unclear: unclear.map(({ standing, why }) => ({ project: nameIn(standing), why })),
  };
}

function nameIn({ project }: Standing): string {
  return project.name;
}

/** What no project has is a slip of the pen, most likely; what is not clear somewhere is not answered there. */
export function lackOf(total: Total): ConnectorError | undefined {
  const { asked, types, near, notRead, unclear } = total;
  const open = [...unclear.map(({ standing }) => standing), ...unread(total)];
  if (open.length > 0) {
    return new ConnectorError(
      'inconsistent',
      `fleet who-can: ${quoted(asked)} is not answered for ${namesOf(open)}: the answer above says why`,
    );
  }
  if (types.size > 0) {
    return undefined;
  }
  const what = `no project has anything that is called ${quoted(asked)}`;
  const more = notRead === undefined ? '' : `\n${notRead}`;
  return new ConnectorError(
    'not-found',
    near === undefined ? `${what}${more}` : `${what}; did you mean ${quoted(near)}?`,
  );
}
