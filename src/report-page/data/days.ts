import type { Project } from './project.ts';

const dayMs = 86_400_000;

/** When the file was read, which is when days are counted from; now, where it does not tell. */
export function timeOf({ about }: Pick<Project, 'about'>): number {
  const time = Date.parse(about.summary.finishedAt ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}

/** Whole days from the sync to a time in seconds; negative for one that was over. */
export function daysUntil(project: Pick<Project, 'about'>, seconds: number): number {
  return Math.floor((seconds * 1000 - timeOf(project)) / dayMs);
}

/** Whole days from a time in seconds to the sync. */
export function daysSince(project: Pick<Project, 'about'>, seconds: number): number {
  return Math.floor((timeOf(project) - seconds * 1000) / dayMs);
}
