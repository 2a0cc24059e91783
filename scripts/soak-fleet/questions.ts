import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { envOf, runCli } from '../../test/support/cli.ts';
import { testFleet } from '../../test/support/fleet.ts';
import { cliPath, startNode } from '../bench/processes.ts';
import { type Amount, inTurn, type Row } from './row.ts';

const users = 2_000;
const most = 50;
/** A tenth of the projects, and all. */
const share = 10;
/** What a process takes before it asks anything weighs on the few, so what grows with them may seem to grow less. */
const mostTimes = 1.15 * share;
const mostMemory = 1.4;

interface Asked {
  readonly cpuS: number;
  readonly rssMb: number;
}

/** Every question over many projects against a tenth of them: time of the processor by the number of projects, and memory. */
export async function questions({ projects: wanted }: Amount): Promise<readonly Row[]> {
  const projects = Math.max(share, Math.min(wanted, most));
  await using fleet = await testFleet({
    projects,
    users,
    ofProject: (place) => ({
      labels: { env: place % 2 === 0 ? 'prod' : 'dev', part: place < projects / share ? 'few' : 'rest' },
    }),
    defaults: { include: ['access_key'], schedule: { every: '1d' } },
  });
  const latest = (place: number): string => join(fleet.folder, 'syncs', `p${place}`, 'latest.json');
  await inTurn([...fleet.emulators.entries()], async ([place, emulator]) => {
    const out = latest(place);
    await mkdir(dirname(out), { recursive: true });
    const words = ['sync', '--out', out, '--include', 'access_key', '--rate-limit', 'off', '--json'];
    const { code, stderr } = await runCli(words, { env: envOf(emulator) });
    if (code !== 0) {
      throw new Error(stderr);
    }
  });
  const [, email = ''] = /"address":\s*"([^"]+@[^"]+)"/.exec(await readFile(latest(0), 'utf8')) ?? [];
  const ask = async (words: readonly string[], only: readonly string[]): Promise<Asked> => {
    const { measured } = await startNode([cliPath, 'fleet', ...words, '--file', fleet.file, ...only]).ended();
    return measured;
  };
  const asked: readonly (readonly string[])[] = [
    ['who-can', 'Tenant Admin'],
    ['access', email],
    ['check', '--fail-on', 'none'],
    ['check', '--fail-on', 'none', '--json'],
    ['report', '--out', join(fleet.folder, 'report')],
    ['report', '--out', join(fleet.folder, 'report.xlsx')],
  ];
  return await inTurn(asked, async (words) => {
    const few = await ask(words, ['--label', 'part=few']);
    const all = await ask(words, []);
    const [times, memory] = [all.cpuS / few.cpuS, all.rssMb / few.rssMb];
    const said = words.map((word) => word.replace(`${fleet.folder}/`, ''));
    const seconds = `${few.cpuS.toFixed(1)} s, ${all.cpuS.toFixed(1)} s`;
    const megabytes = `${few.rssMb.toFixed(0)} MB, ${all.rssMb.toFixed(0)} MB`;
    return {
      what: `fleet ${said.join(' ')}: ${projects} projects of ${users.toLocaleString('en')} users, against ${projects / share}`,
      must: `${mostTimes.toFixed(1)} x the processor time, ${mostMemory} x the memory`,
      seen: `${times.toFixed(1)} x (${seconds}), ${memory.toFixed(2)} x (${megabytes})`,
      isHeld: times <= mostTimes && memory <= mostMemory,
    };
  });
}
