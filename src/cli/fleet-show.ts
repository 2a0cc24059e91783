import { jsonLines } from '../answers/json-lines.ts';
import type { Fleet, FleetProject } from '../fleet/fleet.ts';
import type { ScheduleEntry } from '../fleet/schema.ts';
import { span } from '../fleet/spans.ts';
import { printable } from '../printable.ts';
import { shownStore } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { type FleetFileFlags, openFleet, projectsNamed } from './fleet-file.ts';
import { shownHook } from './fleet-webhooks.ts';
import { withEnds, writeResult } from './results.ts';
import { columns } from './text.ts';

export interface FleetShowFlags extends FleetFileFlags {
  readonly json?: boolean;
}

/** What holds for each project. Keys are named by their places, and never read. */
export async function showFleet(
  words: readonly string[],
  { json = false, ...flags }: FleetShowFlags,
  { signal }: Pick<CommandContext, 'signal'>,
): Promise<void> {
  const fleet = openFleet(flags);
  const projects = projectsNamed(fleet, words);
  if (json) {
    const names = [...new Set([...fleet.groups.keys(), ...fleet.budgets.keys()])];
    const groups = Object.fromEntries(
      names.map((name) => [
        name,
        { atOnce: fleet.groups.get(name), requestsPerMinute: fleet.budgets.get(name)?.requests },
      ]),
    );
    await writeResult(jsonLines({ file: fleet.path, groups }, 'projects', projects.map(projectJson)), signal);
    return;
  }
  await writeResult(withEnds(projects.flatMap((project) => projectLines(project, fleet))), signal);
}

function projectJson({ history, webhooks, base: _base, ...project }: FleetProject): object {
  const hooks = webhooks.map((hook) => ({ ...hook, url: shownHook(hook) }));
  return { ...project, webhooks: hooks, history: history === undefined ? undefined : shownStore(history) };
}

function projectLines(project: FleetProject, fleet: Fleet): readonly string[] {
  const {
    id,
    name,
    baseUrl,
    schedule,
    folder,
    format,
    keep,
    history,
    historyKeepMs,
    s3,
    webhooks,
    include,
    group,
    place,
  } = project;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['project', name === id ? undefined : id],
    ['written at', place],
    ['key', keyInWords(project)],
    ['base URL', baseUrl],
    ['schedule', schedule === undefined ? 'none: synced when asked for' : scheduleInWords(schedule)],
    ['folder', `${folder} (${format}, ${keep} kept)`],
    [
      'history',
      history === undefined
        ? undefined
        : `${shownStore(history)}${historyKeepMs === undefined ? '' : ` (keeps ${span(historyKeepMs)})`}`,
    ],
    ['S3', s3 === undefined ? undefined : `s3://${s3.bucket}/${s3.prefix}/ at ${s3.endpoint} (${keep} kept)`],
    [
      'webhooks',
      webhooks.length === 0
        ? undefined
        : webhooks.map((hook) => `${shownHook(hook)} (${hook.events.join(', ')})`).join('; '),
    ],
    ['include', include.length === 0 ? undefined : include.join(', ')],
    ['group', group === undefined ? undefined : groupInWords(group, fleet)],
    ['labels', inPairs(project.labels)],
    ['settings', inPairs(project.settings)],
    ['limits', `${span(project.timeoutMs)} a sync, ${project.tries} tries`],
  ];
  const shown = rows.flatMap(([what, text]) => (text === undefined ? [] : [[what, printable(text)]]));
  return [name, ...columns(shown, '  ').split('\n'), ''];
}

function groupInWords(group: string, { groups, budgets }: Fleet): string {
  const [atOnce, budget] = [groups.get(group), budgets.get(group)];
  const limits = [
    ...(atOnce === undefined ? [] : [`${atOnce} at once`]),
    ...(budget === undefined ? [] : [`${budget.requests} requests a minute together`]),
  ];
  return limits.length === 0 ? group : `${group} (${limits.join(', ')})`;
}

function keyInWords({ key }: FleetProject): string {
  if ('file' in key) {
    return `in the file ${key.file}`;
  }
  return 'env' in key ? `in the variable ${key.env}` : `printed by ${key.command[0] ?? ''}`;
}

/** A schedule as a person reads it. */
export function scheduleInWords(schedule: ScheduleEntry): string {
  if ('every' in schedule) {
    return `every ${span(schedule.every)}`;
  }
  const { cron, zone, spread } = schedule;
  return `${cron} (${zone})${spread === undefined ? '' : `, spread over ${span(spread)}`}`;
}

function inPairs(values: Readonly<Record<string, string | undefined>>): string | undefined {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? undefined : pairs.join(', ');
}
