import { textIn } from '../answers/access-path.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { mostReportEvents, type ReportEvent, type ReportTimeline, type ReportWeek } from '../answers/report-things.ts';

const week = "date(not_after, 'weekday 0', '-6 days')";
const counted = ['gained', 'lost', 'appeared', 'gone'] as const;

/** Who gained and lost what, and who came and went, up to the sync of an index of a store, for its report. */
export function weeksOf({ database }: FileIndex, isHumansOnly: boolean, mostEvents = mostReportEvents): ReportTimeline {
  const humans = isHumansOnly ? "and principal_type not in ('access_key', 'access_key_secret', 'management_key')" : '';
  const wanted = `((area = 'access' and change in ('gained', 'lost')) or (area = 'people' and change in ('appeared', 'gone'))) ${humans}`;
  const syncs = database.prepare('select count(*) n, min(finished_at) since from syncs').get() ?? {};
  const weeks = new Map<string, Record<(typeof counted)[number], number>>();
  for (const row of database
    .prepare(`select ${week} week, change, count(*) n from changes where ${wanted} group by 1, 2 order by 1`)
    .all()) {
    const name = textIn(row, 'week');
    const numbers = weeks.get(name) ?? { gained: 0, lost: 0, appeared: 0, gone: 0 };
    weeks.set(name, { ...numbers, [textIn(row, 'change')]: Number(row['n']) });
  }
  const events = database
    .prepare(
      `select ${week} week, * from changes where ${wanted}
       order by not_after desc, change, principal, principal_id, held, held_id limit ${mostEvents}`,
    )
    .all()
    .map((row): ReportEvent => ({
      week: textIn(row, 'week'),
      change: counted.find((change) => change === row['change']) ?? 'gained',
      notBefore: textIn(row, 'not_before'),
      notAfter: textIn(row, 'not_after'),
      whoType: textIn(row, 'principal_type'),
      whoId: textIn(row, 'principal_id'),
      who: textIn(row, 'principal'),
      heldType: textIn(row, 'held_type'),
      heldId: textIn(row, 'held_id'),
      held: textIn(row, 'held'),
    }));
  return {
    since: textIn(syncs, 'since'),
    syncs: Number(syncs['n'] ?? 0),
    weeks: Array.from(weeks, ([name, numbers]): ReportWeek => Object.assign({ week: name }, numbers)),
    events,
  };
}
