import type { ReportEvent, ReportWeek } from '../../answers/report-things.ts';
import type { Project } from './project.ts';

const dayMs = 86_400_000;

/** Every week from the first change to the last, those without one included, as many as can be drawn. */
export function weeksToDraw({ timeline }: Project, most: number): readonly ReportWeek[] {
  const known = new Map((timeline?.weeks ?? []).map((row) => [row.week, row]));
  const [first, last] = [timeline?.weeks[0]?.week, timeline?.weeks.at(-1)?.week];
  if (first === undefined || last === undefined) {
    return [];
  }
  const end = Date.parse(last);
  const count = Math.min(most, Math.round((end - Date.parse(first)) / (7 * dayMs)) + 1);
  return Array.from({ length: count }, (_, place) => {
    const week = new Date(end - (count - 1 - place) * 7 * dayMs).toISOString().slice(0, 10);
    return known.get(week) ?? { week, gained: 0, lost: 0, appeared: 0, gone: 0 };
  });
}

/** The changes of a week that the page has, and how many there were. */
export function eventsOf(
  { timeline }: Project,
  week: string,
): { readonly events: readonly ReportEvent[]; readonly total: number } {
  const row = timeline?.weeks.find((candidate) => candidate.week === week);
  return {
    events: timeline?.events.filter((event) => event.week === week) ?? [],
    total: row === undefined ? 0 : row.gained + row.lost + row.appeared + row.gone,
  };
}

const listed = new WeakMap<Project, ReadonlySet<string>>();

/** Those of the people in the changes who have a page. Worked out once: there may be a million people. */
export function peopleListed(project: Project): ReadonlySet<string> {
  const known = listed.get(project);
  if (known !== undefined) {
    return known;
  }
  const named = new Set(project.timeline?.events.map(({ whoId }) => whoId));
  const found = new Set<string>();
  for (let user = 0; user < project.users.current; user += 1) {
    const id = project.users.id.at(user);
    if (named.has(id)) {
      found.add(id);
    }
  }
  listed.set(project, found);
  return found;
}
