import { statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { xlsxBytes } from '../answers/xlsx.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { openRowSpool } from '../fleet/row-spool.ts';
import { osReason } from '../os-reasons.ts';
import { checkTarget } from '../output/place.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { temporaryPlace } from '../output/work-places.ts';
import { printable } from '../printable.ts';
import { ownerMarks } from '../sync-format/owner-marks.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { type FleetOverview, type OverviewOptions, overviewOf } from './fleet-overview.ts';
import { chosenProjects, type FleetSelection } from './fleet-projects.ts';
import { findingTexts, fleetSheets } from './fleet-report-book.ts';
import { fleetPage, madeByUs } from './fleet-report-page.ts';
import { refuseIncomplete, unknownLines } from './fleet-standing.ts';
import { refuseOtherProject } from './last-output.ts';
import { policyOrNone } from './policy-file.ts';
import { report } from './report.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';

export interface FleetReportFlags extends FleetSelection {
  readonly out: string;
  readonly policy?: string;
}

type ReportContext = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/** Writes what is known of all projects of a fleet: as pages in a folder, or as one workbook (`.xlsx`). */
export async function fleetReport(flags: FleetReportFlags, { env, signal, print }: ReportContext): Promise<void> {
  const { out, maxAge } = flags;
  const kind = extname(out).toLowerCase();
  refuseOtherKinds(out, kind);
  const policy = await policyOrNone(flags.policy);
  const projects = chosenProjects(openFleet(flags), flags);
  await using folder = await temporaryPlace().makeFolder();
  const options = { env, signal, maxAge, policy, folder: folder.path, nowMs: Date.now() };
  const { overview, path, hint } = await (kind === '.xlsx' ? writeBook : writePages)(projects, flags, options);
  const { rows } = overview;
  const standings = rows.map(({ standing }) => standing);
  const known = rows.filter(({ findings }) => findings !== undefined).length;
  const what = `${printable(path)}: ${counted(known, 'project')} of ${rows.length}. ${hint}; it holds personal data.`;
  print(prose(what, ...unknownLines(standings, options.nowMs)).join('\n'));
  refuseIncomplete('report', standings);
}

/** What looks like a file of another kind is hardly meant to be a folder. */
function refuseOtherKinds(out: string, kind: string): void {
  if (out.trim() === '') {
    throw new ConnectorError('config', '--out is empty: name a folder for pages, or a workbook (.xlsx)');
  }
  const isFile = /^\.[a-z][a-z0-9]{1,4}$/.test(kind);
  if (isFile && kind !== '.xlsx' && statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConnectorError(
      'config',
      `--out ${printable(out)} is neither a folder nor a workbook: name a folder for pages, or end the name with .xlsx`,
    );
  }
}

interface Written {
  readonly overview: FleetOverview;
  readonly path: string;
  readonly hint: string;
}
type Options = Omit<OverviewOptions, 'take' | 'makePage'>;

/**
 * Makes a page of each project, as `report` makes it, and then one that tells of all and leads to them: it is replaced
 * last, so it never leads to what is not there.
 */
async function writePages(
  projects: readonly FleetProject[],
  { out, policy }: FleetReportFlags,
  options: Options,
): Promise<Written> {
  const { env = {}, signal, nowMs } = options;
  const path = join(out, 'index.html');
  await readyFolder(out, path);
  const quietly = { env, signal, print: () => undefined, write: () => undefined, endWith: () => undefined };
  const overview = await overviewOf(projects, {
    ...options,
    take: (_project, { findings }) => Iterator.from(findings).forEach(() => undefined), // counted as they are read
    makePage: async ({ name }, source) => {
      const where = await source.where();
      const page = join('projects', `${name}.html`);
      const flags = { out: join(out, page), replaceOtherProject: true, ...(policy !== undefined && { policy }) };
      await report(where.path, { ...flags, ...(where.project !== undefined && { project: where.project }) }, quietly);
      return page;
    },
  });
  await writeWholeFile(path, [fleetPage(overview, nowMs)]);
  return { overview, path, hint: 'Open it in a browser' };
}

/** Tables of all: projects, what is wrong between them, and every finding of each. */
async function writeBook(
  projects: readonly FleetProject[],
  { out }: FleetReportFlags,
  options: Options,
): Promise<Written> {
  await checkTarget(out);
  await refuseOtherProject(out, fleetMark, false, options.signal);
  using spool = openRowSpool(options.folder);
  const overview = await overviewOf(projects, {
    ...options,
    take: ({ name }, told) => spool.put(findingTexts(name, told)),
  });
  const sheets = fleetSheets(overview, spool.rows(), options.nowMs);
  await writeWholeFile(out, xlsxBytes(sheets, { property: { name: ownerMarks.workbookProperty, value: fleetMark } }));
  return { overview, path: out, hint: 'Open it with a spreadsheet' };
}

/** Stands in a workbook where others have their project. */
const fleetMark = 'a fleet';

/** Makes the folder, and refuses one with a page in it that somebody else made. */
async function readyFolder(out: string, index: string): Promise<void> {
  try {
    await mkdir(join(out, 'projects'), { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new ConnectorError('local-io', `cannot make the folder ${printable(out)}: ${osReason(thrown)}`);
  }
  const page = await readFile(index, 'utf8').catch(() => undefined);
  if (page !== undefined && !page.includes(madeByUs)) {
    throw new ConnectorError(
      'config',
      `${printable(index)} is none of ours, and stays: name another folder with --out`,
    );
  }
}
