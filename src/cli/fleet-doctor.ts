import { mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import pLimit from 'p-limit';
import { jsonLines } from '../answers/json-lines.ts';
import { type Check, fail, gravestKind } from '../doctor/check.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { keyOf } from '../fleet/key.ts';
import { projectEnv } from '../fleet/project-env.ts';
import { probeBucket } from '../fleet/s3/probe.ts';
import { hasOsCode, osReason } from '../os-reasons.ts';
import { printable } from '../printable.ts';
import type { CommandContext } from './command-context.ts';
import { toLines } from './doctor.ts';
import { faultOf, runChild } from './fleet-child.ts';
import { type FleetFileFlags, openFleet, projectsNamed } from './fleet-file.ts';
import { openProjectS3 } from './fleet-s3.ts';
import { checkHooks } from './fleet-webhooks.ts';
import { writeResult } from './results.ts';
import { counted } from './table.ts';
import { painter } from './terminal.ts';

export interface FleetDoctorFlags extends FleetFileFlags {
  readonly json?: boolean;
}

/** So many processes look at projects at once. */
const atOnce = 4;

/** What was found of one project. */
interface Looked {
  readonly project: FleetProject;
  readonly checks: readonly Check[];
}

/** Looks at each project as `doctor` does, prints what it found, and fails with the gravest kind if anything failed. */
export async function fleetDoctor(
  words: readonly string[],
  { json = false, ...flags }: FleetDoctorFlags,
  { env, signal, print }: Pick<CommandContext, 'env' | 'signal' | 'print'>,
): Promise<void> {
  const projects = projectsNamed(openFleet(flags), words);
  const limit = pLimit(atOnce);
  const looks = projects.map(
    async (project): Promise<Looked> =>
      await limit(async () => ({ project, checks: await lookAt(project, { env, signal }) })),
  );
  const all: Looked[] = [];
  for (const look of looks) {
    const looked = await look; // told in the order of the file
    all.push(looked);
    if (!json) {
      print(lookedLines(looked).join('\n'));
    }
  }
  const failing = all.filter(({ checks }) => checks.some(({ level }) => level === 'fail'));
  if (json) {
    await writeResult(jsonLines({ ok: failing.length === 0 }, 'projects', all.map(lookedJson)), signal);
  } else {
    print(`\n${counted(all.length - failing.length, 'project')} ready, ${failing.length} not; nothing was changed.`);
  }
  const kind = gravestKind(all.flatMap(({ checks }) => checks.filter(({ level }) => level === 'fail')));
  if (kind !== undefined) {
    throw new ConnectorError(kind, `fleet doctor: ${failing.length} of ${counted(all.length, 'project')} not ready`);
  }
}

async function lookAt(
  project: FleetProject,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<readonly Check[]> {
  try {
    await makeFolder(project.folder);
    const key = await keyOf(project, env, signal);
    const run = await runChild(['doctor', '--json', '--out', project.folder, '--config', devNull], {
      env: projectEnv(project, key, env),
      signal,
    });
    if (signal.aborted) {
      throw new ConnectorError('cancelled', 'stopped before all projects were looked at');
    }
    const checks = checksIn(run.stdout) ?? [
      fail('unavailable', 'doctor', faultOf(run).message, 'Run it for this project alone.'),
    ];
    const s3 = await openProjectS3(project, { env, signal });
    const bucket = s3 === undefined ? [] : [await probeBucket(s3.client, s3.place.prefix)];
    return [...checks, ...bucket, ...(await checkHooks(project, { env, signal }))];
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError) || thrown.kind === 'cancelled') {
      throw thrown;
    }
    return [fail(thrown.kind, 'setup', thrown.message, 'Mend it, and run fleet doctor again.')];
  }
}

function checksIn(text: string): readonly Check[] | undefined {
  try {
    return (JSON.parse(text) as { readonly checks: readonly Check[] }).checks;
  } catch {
    return undefined;
  }
}

/** The folder of a project, and the one above it: a missing one further up is usually a typing mistake. */
export async function makeFolder(folder: string): Promise<void> {
  const make = async (path: string): Promise<void> => {
    await mkdir(path, { mode: 0o700 }).catch((thrown: unknown) => {
      if (!hasOsCode(thrown, 'EEXIST')) {
        throw thrown;
      }
    });
  };
  try {
    await make(folder).catch(async (thrown: unknown) => {
      if (!hasOsCode(thrown, 'ENOENT')) {
        throw thrown;
      }
      await make(dirname(folder));
      await make(folder);
    });
  } catch (thrown) {
    const reason = osReason(thrown, { ENOENT: 'two folders above it do not exist' });
    throw new ConnectorError('local-io', `cannot make the folder ${folder}: ${reason}; make it, or name another`);
  }
}

/** A line for a project in order, and what fails or needs a look below the others. */
function lookedLines({ project: { name, group, labels }, checks }: Looked): readonly string[] {
  const failed = checks.filter(({ level }) => level === 'fail');
  const warned = checks.filter(({ level }) => level === 'warn');
  const mark = failed.length > 0 ? 'fail' : 'ok';
  const words = [
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ...(group === undefined ? [] : [group]),
  ];
  const about = words.length === 0 ? '' : ` (${printable(words.join(', '))})`;
  const head = `${painter()(mark === 'ok' ? 'green' : 'red', mark.padEnd(4))}  ${name}${about}`;
  return [head, ...[...failed, ...warned].flatMap((check) => toLines(check).map((line) => `    ${line}`))];
}

function lookedJson({ project: { id, name }, checks }: Looked): object {
  return { id, name, ok: checks.every(({ level }) => level !== 'fail'), checks };
}
