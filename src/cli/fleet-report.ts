import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileIndex } from '../answers/file-index.ts';
import { checkByPolicy } from '../checks/policy/check-by-policy.ts';
import type { Policy } from '../checks/policy/schema.ts';
import { counting } from '../checks/told.ts';
import { ConnectorError } from '../errors.ts';
import { type CrossCheck, openCrossCheck } from '../fleet/cross-check.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { osReason } from '../os-reasons.ts';
import { createAtomicFile } from '../output/atomic-file.ts';
import { temporaryPlace } from '../output/work-places.ts';
import { printable } from '../printable.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { askEach, chosenProjects, type FleetSelection, type Standing } from './fleet-projects.ts';
import type { OpenIndex, ProjectSource } from './fleet-source.ts';
import { fleetPage, madeByUs, type PageRow } from './fleet-report-page.ts';
import { refuseIncomplete } from './fleet-standing.ts';
import { policyOrNone } from './policy-file.ts';
import { report } from './report.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';

export interface FleetReportFlags extends FleetSelection {
  readonly out: string;
  readonly policy?: string;
}

type ReportContext = Pick<CommandContext, 'env' | 'signal' | 'print'>;

/**
 * Makes a page of each project of a fleet, as `report` makes it, and then one that tells of all and leads to them: it is
 * replaced last, so it never leads to what is not there.
 */
export async function fleetReport(flags: FleetReportFlags, { env, signal, print }: ReportContext): Promise<void> {
  const { out, maxAge } = flags;
  const policy = await policyOrNone(flags.policy);
  const projects = chosenProjects(openFleet(flags), flags);
  const index = join(out, 'index.html');
  await readyFolder(out, index);
  await using folder = await temporaryPlace().makeFolder();
  using cross = openCrossCheck(folder.path);
  const nowMs = Date.now();
  const quietly = { env, signal, print: () => undefined, write: () => undefined, endWith: () => undefined };
  const rows: PageRow[] = [];
  const ask = async (
    project: FleetProject,
    open: OpenIndex,
    source: ProjectSource,
  ): Promise<Omit<PageRow, 'standing'>> => {
    const looked = looksOf(project, await open(), { policy, nowMs, cross });
    const { path, project: id } = await source.where();
    const page = join('projects', `${project.name}.html`);
    await report(
      path,
      {
        out: join(out, page),
        replaceOtherProject: true,
        ...(flags.policy !== undefined && { policy: flags.policy }),
        ...(id !== undefined && { project: id }),
      },
      quietly,
    );
    return { ...looked, page };
  };
  const standings: Standing[] = [];
  for await (const { standing, answer } of askEach(projects, { env, signal, nowMs, maxAge }, ask)) {
    standings.push(standing);
    rows.push({ standing, ...answer });
  }
  const page = fleetPage({
    rows,
    rules: cross.rules(),
    findings: [...cross.findings()],
    people: cross.people(),
    nowMs,
  });
  await writePage(index, page);
  const made = rows.filter((row) => row.page !== undefined).length;
  print(
    prose(
      `${printable(index)}: ${counted(made, 'project')} of ${rows.length}. Open it in a browser; it holds personal data.`,
    ).join('\n'),
  );
  refuseIncomplete('report', standings);
}

function looksOf(
  project: FleetProject,
  index: FileIndex,
  { policy, nowMs, cross }: { readonly policy: Policy; readonly nowMs: number; readonly cross: CrossCheck },
): Omit<PageRow, 'standing'> {
  cross.add(project, index);
  const told = counting(index, checkByPolicy(index, { policy, nowMs }));
  Iterator.from(told.findings).forEach(() => undefined); // counted as they are read
  const { counts } = index.summary;
  return {
    findings: told.counts.bySeverity,
    ...(counts !== undefined && { users: counts.resources['user'] ?? 0, tenants: counts.resources['tenant'] ?? 0 }),
  };
}

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

async function writePage(path: string, page: string): Promise<void> {
  const target = await createAtomicFile(path);
  try {
    await target.write(page);
    await target.commit();
  } catch (thrown) {
    await target.discard();
    throw thrown;
  }
}
