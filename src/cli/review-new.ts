import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { printable } from '../printable.ts';
import { reviewData } from '../review/data.ts';
import { parseScope } from '../review/scope.ts';
import { reviewPage } from '../review/write-page.ts';
import { shownStore } from '../store-url.ts';
import { version } from '../version.ts';
import type { CommandContext } from './command-context.ts';
import { chooseFile } from './file-argument.ts';
import { refuseOtherProject } from './last-output.ts';
import { checkPageTarget } from './page-target.ts';
import { readIndex } from './read-index.ts';
import { prose } from './results.ts';
import type { WhenFlags } from './stored.ts';
import { counted } from './table.ts';
import { tell } from './tell.ts';
import { besideTarget } from '../output/work-places.ts';

export interface ReviewNewFlags extends WhenFlags {
  readonly scope: string;
  readonly reviewer: string;
  readonly due?: string;
  readonly out: string;
  readonly replaceOtherProject?: boolean;
}

const templatePath = fileURLToPath(new URL('../review-page/page.html', import.meta.url));
const longestReviewer = 200;

/** Makes the page of a review of a file; whatever stood at its place stays until the new one is whole. */
export async function newReview(
  given: string | undefined,
  { scope: asked, reviewer: who, due, out, replaceOtherProject, at, project }: ReviewNewFlags,
  { env, print, signal }: CommandContext,
): Promise<void> {
  const scope = parseScope(asked);
  const reviewer = who.trim();
  if (reviewer === '' || reviewer.length > longestReviewer) {
    throw new ConnectorError('config', `--reviewer must name who decides, in ${longestReviewer} characters at most`);
  }
  if (due !== undefined && !z.iso.date().safeParse(due).success) {
    throw new ConnectorError('config', `--due ${printable(due)} is no day: say it as 2026-12-31`);
  }
  await checkPageTarget(out, [given], { what: 'review', example: 'review.html' });
  const work = besideTarget(out);
  const file = await chooseFile(given, { env, except: [out], work });
  await using index = await readIndex(file, signal, { work, at, project, names: [scope.asked] });
  const notes = await refuseOtherProject(out, index.summary.projectId, replaceOtherProject === true, signal);
  const data = reviewData(index, {
    scope,
    reviewer,
    due,
    file: basename(shownStore(file)),
    madeBy: version,
    nowMs: Date.now(),
  });
  const page = reviewPage(data, await readFile(templatePath, 'utf8'));
  await writeWholeFile(out, [page]);
  notes.forEach((note) => tell('info', note));
  const size = `${((await stat(out)).size / 1e6).toFixed(1)} MB`;
  const { about, review } = data;
  const shown =
    about.shown.count === 0 ? '' : `, and ${about.shown.count.toLocaleString('en')} more that follow from others`;
  const until = due === undefined ? '' : ` until ${due}`;
  const what = `${counted(about.rows, 'holding')} to decide${shown}, for ${printable(reviewer)}${until}, ${size}`;
  print(
    prose(
      `${printable(out)}: ${what}. Give it to the reviewer; it holds personal data, and opens in a browser.`,
      `The review is ${review}.`,
    ).join('\n'),
  );
}
