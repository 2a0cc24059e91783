import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { chanceOf } from '../../test/support/chance.ts';
import { type RunningCli, runCli, startCli } from '../../test/support/cli.ts';
import { testFleet } from '../../test/support/fleet.ts';
import { endPauses, type Kind, kinds, realEngine } from './engines.ts';
import { type Amount, inTurn, pause, type Row, seconds, until } from './row.ts';

const countIn = (folder: string): number =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^sync-.*\.json$/.test(name)).length : 0;

const isWhole = (path: string): boolean =>
  !existsSync(path) ||
  (JSON.parse(readFileSync(path, 'utf8')) as { readonly summary: { readonly complete: boolean } }).summary.complete;

/** Resolves as soon as a new sync is the latest, which the engine may not know yet. */
async function untilPlaced(folder: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  using stack = new DisposableStack();
  const watcher = stack.adopt(watch(folder), (open) => open.close());
  watcher.on('change', (_event, name) => (name === 'latest.json' ? resolve() : undefined));
  await Promise.race([promise, pause(20_000)]);
}

/** Kills that aim at a sync being published come this soon after it is in its place. */
const mostAfterMs = 8;

/**
 * kill -9 of a `fleet run` after it began a sync: at a moment of chance and, every second time, while it publishes. The
 * next one must do the slot, unless that was done; each slot is published once.
 */
export async function kills(amount: Amount): Promise<readonly Row[]> {
  const rows = await inTurn(kinds, async (kind) => await killsOn(kind, amount));
  return [...rows, ...(await inTurn(kinds, takeover))];
}

async function killsOn(kind: Kind, { kills: turns, seed }: Amount): Promise<Row> {
  const chance = chanceOf(seed);
  await using fleet = await testFleet({
    projects: 1,
    users: 300,
    latencyMs: 40,
    defaults: { outputs: { keep: 10_000, history: 'access.db' } },
  });
  await using real = await realEngine(kind, fleet.folder);
  const [folder, project] = [join(fleet.folder, 'syncs', 'p0'), fleet.emulators[0]?.projectId ?? ''];
  const start = (): RunningCli => startCli(['fleet', 'run', '--file', fleet.file], { BATON_FLEET_ENGINE: real.name });
  const doneSlot = async (): Promise<number> => (await real.engine.states()).get(project)?.last?.slotMs ?? 0;
  let [before, during, aimed, published, wrong, longestMs] = [0, 0, 0, 0, 0, 2_000];
  let running = start();
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      const slotMs = Date.now();
      const begun = running.stderr().split('sync started').length;
      const isAimed = turn % 2 === 1;
      const placed = isAimed ? untilPlaced(folder) : Promise.resolve();
      await real.engine.put({ project, slotMs, tries: 4, group: undefined, isAsked: true });
      await running.until(new RegExp(`(?:sync started[^]*){${begun}}`));
      await placed;
      await pause(chance() * (isAimed ? mostAfterMs : longestMs));
      running.send('SIGKILL');
      await running.stop();
      wrong += isWhole(join(folder, 'latest.json')) ? 0 : 1;
      const isLeft = await real.forgetWorkers();
      running = start();
      if (isLeft) {
        during += 1;
        aimed += isAimed ? 1 : 0;
        const startMs = performance.now();
        await until('the next one syncs it', async () => {
          await endPauses(real);
          return (await doneSlot()) === slotMs;
        });
        longestMs = isAimed ? longestMs : performance.now() - startMs; // with the start of its process: some kills come after the sync
      } else {
        before += 1; // it was published before it was killed
      }
      published += 1;
      // A process that is killed right after it published has not given the file its own name yet: the next sync does.
      const least = isLeft ? published : published - 1;
      await until('its file is kept', () => countIn(folder) >= least);
      const isDone = (await doneSlot()) === slotMs && isWhole(join(folder, 'latest.json'));
      wrong += isDone && countIn(folder) <= published ? 0 : 1;
      published = Math.max(published, countIn(folder)); // one too many is told once
    }
  } finally {
    await running[Symbol.asyncDispose]();
  }
  const verified = await runCli(['history', 'verify', join(fleet.folder, 'access.db')]);
  return {
    what: `kill -9 of a worker, ${kind}`,
    must: 'each slot synced once, no half result',
    seen: [
      `${turns} kills: ${during} in a sync, ${aimed} of them between its place and the engine, ${before} after it;`,
      ` ${wrong} wrong; the store is ${verified.code === 0 ? 'whole' : 'NOT whole'} (seed ${seed})`,
    ].join(''),
    isHeld: wrong === 0 && during > 0 && verified.code === 0,
  };
}

/** Real time: a worker is killed with four syncs under way, and another one, which runs already, takes them over. */
async function takeover(kind: Kind): Promise<Row> {
  const projects = 4;
  await using fleet = await testFleet({
    projects,
    users: 300,
    latencyMs: 1_500,
    defaults: { schedule: { every: '1d' } },
  });
  await using real = await realEngine(kind, fleet.folder);
  const env = { BATON_FLEET_ENGINE: real.name };
  await using dies = startCli(['fleet', 'run', '--workers', '4', '--file', fleet.file], env);
  await dies.until(/(?:sync started[^]*){4}/);
  await using next = startCli(['fleet', 'worker', '--workers', '4', '--file', fleet.file], env);
  await next.until(/worker/);
  dies.send('SIGKILL');
  const startMs = performance.now();
  await next.until(/(?:sync started[^]*){4}/);
  const tookMs = performance.now() - startMs;
  await next.until(/(?:sync complete[^]*){4}/);
  await next.stop(); // what is published is tidied up after
  const files = fleet.emulators.map((_emulator, place) => countIn(join(fleet.folder, 'syncs', `p${place}`)));
  const isOnce = files.every((count) => count === 1);
  return {
    what: `a killed worker's four syncs, ${kind}, in real time`,
    must: 'taken over within 120 s, each published once',
    seen: `all begun anew after ${seconds(tookMs)}; ${files.join(', ')} published`,
    isHeld: tookMs <= 120_000 && isOnce,
  };
}
