import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Comparison, compare } from '../answers/comparison.ts';
import { writeReport } from '../answers/report.ts';
import type { ReportTimeline } from '../answers/report-things.ts';
import type { FileIndex } from '../answers/file-index.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import { judgementOf } from '../checks/judgement.ts';
import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import { ConnectorError } from '../errors.ts';
import { isStore } from '../output/outputs.ts';
import { writeWhole } from '../output/whole-file.ts';
import { version } from '../version.ts';
import { chooseFile } from './file-argument.ts';
import { refuseOtherProject } from './last-output.ts';
import type { CommandContext } from './command-context.ts';
import { checkPageTarget } from './page-target.ts';
import { readIndex } from './read-index.ts';
import { policyOrNone } from './policy-file.ts';
import { projectNotes } from './project-notes.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';
import { printable } from '../printable.ts';
import { type InputOptions, openInput, storedIndex, type WhenFlags } from './stored.ts';
import { tell } from './tell.ts';
import { besideTarget } from '../output/work-places.ts';
import { shownStore } from '../store-url.ts';

export interface ReportFlags extends WhenFlags {
  readonly since?: string;
  readonly policy?: string;
  readonly out: string;
  readonly humansOnly?: boolean;
  readonly replaceOtherProject?: boolean;
}

const templatePath = fileURLToPath(new URL('../report-page/page.html', import.meta.url));

/**
 * Makes the page of a file, or of the newest one here; whatever stood at its place stays until the new one is whole.
 */
export async function report(
  given: string | undefined,
  { since, out, policy: policyPath, humansOnly, replaceOtherProject, at, project }: ReportFlags,
  { env, print, signal }: CommandContext,
): Promise<void> {
  const policy = await policyOrNone(policyPath);
  await checkPageTarget(out, [given, since], { what: 'report', example: 'report.html' });
  const work = besideTarget(out);
  const file = await chooseFile(given, { env, except: [since, out], work });
  await using source = await openInput(file, { work, at, project });
  const notes = await refuseOtherProject(out, source.summary.projectId, replaceOtherProject === true, signal);
  const template = await readFile(templatePath, 'utf8');
  await using stack = new AsyncDisposableStack();
  const timeline = isStore(file)
    ? await timelineOf(file, { at, project, work, signal }, humansOnly === true)
    : undefined;
  const index = stack.use(await readIndex(file, signal, { work, isWhole: since !== undefined, at, project }));
  if (index.summary.contentHash !== source.summary.contentHash) {
    throw new ConnectorError('inconsistent', `${source.path} was replaced while it was read: run "report" again`);
  }
  const comparison = since === undefined ? undefined : await compareWith(since, index, { signal, work }, stack);

  const judgement = judgementOf(checkByPolicy(index, { policy, nowMs: Date.now() }), {
    isHumansOnly: humansOnly === true,
  });

  const names = {
    madeBy: version,
    file: basename(shownStore(file)),
    ...(since !== undefined && { since: basename(shownStore(since)) }),
  };
  const unknown = await writeWhole(out, async (target) =>
    writeReport({
      source,
      comparison,
      judgement,
      names,
      timeline,
      isHumansOnly: humansOnly,
      template,
      write: (text) => target.write(text),
      signal,
    }),
  );

  const { counts } = source.summary;
  const size = `${((await stat(out)).size / 1e6).toFixed(1)} MB`;
  [...notes, ...unknown.map((text) => `note: ${text}`)].forEach((note) => tell('info', note));
  const held =
    counts === undefined ? [] : (['user', 'tenant'] as const).map((type) => counted(counts.resources[type] ?? 0, type));
  const told = `${printable(out)}: ${[...held, size].join(', ')}. Open it in a browser; it holds personal data.`;
  print(prose(told).join('\n'));
}

/** The past up to the sync that the page is of. */
async function timelineOf(
  file: string,
  when: InputOptions & { readonly signal: AbortSignal },
  isHumansOnly: boolean,
): Promise<ReportTimeline> {
  await using index = await storedIndex(file, { ...when, hasPast: true, isLean: true });
  return (await import('../history/weeks.ts')).weeksOf(index, isHumansOnly);
}

/**
 * What changed since an older file, as `diff` tells it. Its index goes away with the stack.
 */
async function compareWith(
  since: string,
  after: FileIndex,
  { signal, work }: { readonly signal: AbortSignal; readonly work: WorkPlace },
  stack: AsyncDisposableStack,
): Promise<Comparison> {
  const before = stack.use(await readIndex(since, signal, { work, isWhole: true }));
  projectNotes(before, after).forEach((note) => tell('warn', note));
  return stack.use(compare(before, after));
}
