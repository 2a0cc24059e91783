import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf } from '../support/cli.ts';
import { snapshot } from '../support/provisioning-server.ts';
import type { Bench, Scenario } from './bench.ts';
import { rowsOf } from './checks.ts';
import { dial, type Who } from './dialling/dial.ts';
import type { Dialling, Run } from './dialling/dialling.ts';
import { meant, unmeant, unseen } from './dialling/meant.ts';
import { namesOf } from './dialling/script.ts';
import { scripts } from './dialling/scripts.ts';
import { differencesOf, endsOf, stepsOf } from './dialling/traces.ts';
import { countsOf, differences, type Facts, factsOfStore } from './rows.ts';

export const diallingScenarios: readonly Scenario[] = [
  ...scripts.map((dialling) => ({
    name: `dialled: ${dialling.name}`,
    isBeside: true,
    run: (bench: Bench) =>
      dialling.alone === undefined ? sideBySide(bench, dialling) : alone(bench, dialling.alone, dialling),
  })),
  { name: 'dialled: each difference that is meant is there', run: allSeen },
];

let compared = 0;

/** Of no use where only some of the runs were made. */
async function allSeen(): Promise<string> {
  if (compared < scripts.filter(({ alone: who }) => who === undefined).length) {
    return 'not all runs were compared';
  }
  deepEqual(unseen(), [], 'rows of the table in docs/protocol.md without a difference');
  return `${meant.length} rules, each with a difference that it is for`;
}

async function alone(bench: Bench, who: Who, dialling: Dialling): Promise<string> {
  const { script, check, ends } = dialling;
  const run = await runOf(bench, who, dialling);
  deepEqual(endsOf(run.asked, namesOf(script)), ends, 'how tasks ended');
  await noSecrets(run);
  const said = check?.(run) ?? '';
  const uploads = await syncsOf(bench, run);
  const counts = uploads.map(({ facts, syncType }) => `${syncType}: ${countsOf(facts)}`);
  const names = script.tasks.map(({ name }) => name).join(', ');
  return [`${run.steps.length} steps`, ...counts, said, names].filter((text) => text !== '').join('; ');
}

async function sideBySide(bench: Bench, dialling: Dialling): Promise<string> {
  const { script, check } = dialling;
  const [daemon, ours] = await Promise.all([runOf(bench, 'daemon', dialling), runOf(bench, 'ours', dialling)]);
  deepEqual(endsOf(ours.asked, namesOf(script)), dialling.ends, 'how tasks ended');
  const found = differencesOf(daemon.steps, ours.steps);
  compared += 1;
  const left = unmeant(dialling.name, found);
  ok(left.length === 0, `${left.length} differences that are not meant:\n    ${left.join('\n    ')}`);
  deepEqual(ours.project, daemon.project, 'the project afterwards');
  const uploaded = script.tasks.filter(({ name, does }) => 'syncFull' in does && dialling.ends[name] === 'success');
  const syncs = { ours: uploaded.length, daemon: uploaded.length - (dialling.dropped ?? 0) };
  const counts = await sameUploads(bench, daemon, ours, syncs);
  await noSecrets(ours);
  const said = check === undefined ? [] : [check(daemon), check(ours)];
  return [
    `${ours.steps.length} steps, ${found.length} differences, all meant`,
    ...counts,
    ...new Set(said.filter((text) => text !== '')),
    ...(script.tasks.length === 0 ? [] : [script.tasks.map(({ name }) => name).join(', ')]),
  ].join('; ');
}

async function runOf(bench: Bench, who: Who, { script, project, env, endsItself, stopAt }: Dialling): Promise<Run> {
  const emulator = await startEmulator({ users: 200, ...project });
  try {
    const folder = bench.path(who);
    await mkdir(folder);
    const dialled = await dial(who, {
      binaries: bench.binaries,
      folder,
      script,
      env: { ...envOf(emulator), BATON_PROVISIONING: 'true', ...env },
      stopAt,
      ...(endsItself === true && { endsItself }),
    });
    if (who === 'ours') {
      deepEqual(await readdir(dialled.temp), [], 'what lies in the folder for syncs afterwards');
    }
    const steps = stepsOf(dialled.asked, namesOf(script));
    return { ...dialled, steps, project: snapshot(emulator.state) };
  } finally {
    await emulator.close();
  }
}

/** Each sync that both have uploaded, opened with the SDK's reader and expanded by it. */
async function sameUploads(
  bench: Bench,
  daemon: Run,
  ours: Run,
  syncs: { readonly ours: number; readonly daemon: number },
): Promise<readonly string[]> {
  const [theirs, own] = [await syncsOf(bench, daemon), await syncsOf(bench, ours)];
  equal(own.length, syncs.ours, 'syncs that ours uploaded');
  equal(theirs.length, syncs.daemon, 'syncs that the daemon uploaded');
  return own.map(({ facts, syncType }, place) => {
    const found = differences(theirs[place]?.facts ?? facts, syncType === 'partial' ? asStored(facts) : facts);
    ok(found.length === 0, `upload ${place + 1}: ${found.join('\n    ')}`);
    equal(syncType, theirs[place]?.syncType ?? syncType);
    return `${syncType}: ${countsOf(facts)}`;
  });
}

/** The SDK's syncer leaves what is entitled to out of a targeted sync; ours has what the grants of it name. */
function asStored(facts: Facts): Facts {
  return { ...facts, entitlements: [] };
}

async function syncsOf(
  bench: Bench,
  { asked }: Run,
): Promise<readonly { readonly facts: Facts; readonly syncType: string }[]> {
  const files = asked.flatMap(({ upload, status }) => (status === 'OK' ? (upload?.file ?? []) : []));
  const syncs: { readonly facts: Facts; readonly syncType: string }[] = [];
  for (const file of files) {
    if ((await readFile(file)).subarray(0, 3).toString() === 'C1Z') {
      const rows = rowsOf(await bench.client(['-c1z', file, 'expand']));
      syncs.push({ facts: factsOfStore(rows), syncType: rows.syncType });
    }
  }
  return syncs;
}

async function noSecrets({ asked, log, secrets }: Run): Promise<void> {
  const files = asked.flatMap(({ upload }) => upload?.file ?? []);
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const seen = [JSON.stringify(asked), log, ...texts].join('\n');
  ok(
    secrets.every((secret) => !seen.includes(secret)),
    'a secret stands in a trace, a log or an upload',
  );
}
