import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { fromJson } from '@bufbuild/protobuf';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { EncryptedDataSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { envOf } from '../support/cli.ts';
import { taskId } from '../support/platform.ts';
import { snapshot } from '../support/provisioning-server.ts';
import type { Bench, Scenario } from './bench.ts';
import { rowsOf } from './checks.ts';
import { dial, type Who } from './dialling/dial.ts';
import type { Answer, Dialling, Run } from './dialling/dialling.ts';
import { meant, unmeant, unseen } from './dialling/meant.ts';
import { namesOf, type Script } from './dialling/script.ts';
import { scripts } from './dialling/scripts.ts';
import { differencesOf, endsOf, stepsOf, withoutRandom } from './dialling/traces.ts';
import type { SdkReader } from './processes.ts';
import { countsOf, differences, type Facts, factsOfStore } from './rows.ts';
import { readersOf, unsealBySdk } from './secrets.ts';

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

/** Who secrets are for: one recipient of each provider. */
async function recipientsOf(bench: Bench): Promise<readonly SdkReader[]> {
  return (await readersOf(bench)).filter(({ kind }) => kind === 'age' || kind === 'P-256');
}

interface Scripted extends Dialling {
  readonly script: Script;
  readonly recipients: readonly SdkReader[];
}

async function scriptedOf(bench: Bench, dialling: Dialling): Promise<Scripted> {
  const { script } = dialling;
  if (typeof script !== 'function') {
    return { ...dialling, script, recipients: [] };
  }
  const recipients = await recipientsOf(bench);
  return { ...dialling, script: script(recipients), recipients };
}

async function alone(bench: Bench, who: Who, dialling: Dialling): Promise<string> {
  const scripted = await scriptedOf(bench, dialling);
  const { script, check, ends } = scripted;
  const run = await runOf(bench, who, scripted);
  deepEqual(endsOf(run.asked, namesOf(script)), ends, 'how tasks ended');
  await noSecrets(run);
  const said = (await check?.(run)) ?? '';
  const uploads = await syncsOf(bench, run, dialling.expands);
  dialling.checkUploads?.(uploads.map(({ users }) => users));
  const counts = uploads.map(({ facts, syncType }) => `${syncType}: ${countsOf(facts)}`);
  const names = script.tasks.map(({ name }) => name).join(', ');
  return [`${run.steps.length} steps`, ...counts, said, names].filter((text) => text !== '').join('; ');
}

async function sideBySide(bench: Bench, dialling: Dialling): Promise<string> {
  const scripted = await scriptedOf(bench, dialling);
  const { script, check } = scripted;
  const [daemon, ours] = await Promise.all([runOf(bench, 'daemon', scripted), runOf(bench, 'ours', scripted)]);
  deepEqual(endsOf(ours.asked, namesOf(script)), dialling.ends, 'how tasks ended');
  const found = differencesOf(daemon.steps, ours.steps);
  compared += 1;
  const left = unmeant(dialling.name, found);
  ok(left.length === 0, `${left.length} differences that are not meant:\n    ${left.join('\n    ')}`);
  deepEqual(withoutRandom(ours.project), withoutRandom(daemon.project), 'the project afterwards');
  const uploaded = script.tasks.filter(({ name, does }) => 'syncFull' in does && dialling.ends[name] === 'success');
  const syncs = { ours: uploaded.length, daemon: uploaded.length - (dialling.dropped ?? 0) };
  const counts = await sameUploads(bench, daemon, ours, syncs);
  await noSecrets(ours);
  const said = check === undefined ? [] : [await check(daemon), await check(ours)];
  return [
    `${ours.steps.length} steps, ${found.length} differences, all meant`,
    ...counts,
    ...new Set(said.filter((text) => text !== '')),
    ...(script.tasks.length === 0 ? [] : [script.tasks.map(({ name }) => name).join(', ')]),
  ].join('; ');
}

async function runOf(bench: Bench, who: Who, scripted: Scripted): Promise<Run> {
  const { script, recipients, project, env, endsItself, stopAt, processes } = scripted;
  const emulator = await startEmulator({ users: 200, ...project });
  try {
    const before = structuredClone(snapshot(emulator.state));
    const folder = bench.path(who);
    await mkdir(folder);
    const dialled = await dial(who, {
      binaries: bench.binaries,
      folder,
      script,
      env: { ...envOf(emulator), BATON_PROVISIONING: 'true', ...env },
      stopAt,
      processes,
      ...(endsItself === true && { endsItself }),
    });
    if (who === 'ours') {
      deepEqual(await readdir(dialled.temp), [], 'what lies in the folder for syncs afterwards');
    }
    const steps = stepsOf(dialled.asked, namesOf(script));
    return {
      ...dialled,
      steps,
      before,
      project: snapshot(emulator.state),
      passwordOf: (userId) => emulator.state.password(userId)?.value,
      answerTo: (name) => answerTo(dialled.asked, taskId(name)),
      unsealed: (answer) => unsealed(bench, recipients, answer),
    };
  } finally {
    await emulator.close();
  }
}

function answerTo(asked: Run['asked'], task: string): Answer {
  const finish = asked.find((one) => one.call === 'FinishTask' && one.status === 'OK' && one.task === task);
  const { success } = (finish?.request ?? {}) as { readonly success?: { readonly response?: Answer } };
  ok(success?.response !== undefined, 'the task was finished without an answer');
  return success.response;
}

async function unsealed(
  bench: Bench,
  recipients: readonly SdkReader[],
  { encryptedData }: Answer,
): Promise<readonly string[]> {
  const sealed = Array.isArray(encryptedData) ? encryptedData : [];
  const answers = recipients.map((reader, place) => ({
    reader,
    data: fromJson(EncryptedDataSchema, sealed[place] ?? null),
  }));
  equal(sealed.length, recipients.length, 'secrets in the answer');
  return await unsealBySdk(bench, answers);
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

interface UploadedSync {
  readonly facts: Facts;
  readonly syncType: string;
  readonly users: number;
}

async function syncsOf(bench: Bench, { asked }: Run, expands = true): Promise<readonly UploadedSync[]> {
  const files = asked.flatMap(({ upload, status }) => (status === 'OK' ? (upload?.file ?? []) : []));
  const syncs: UploadedSync[] = [];
  for (const file of files) {
    if ((await readFile(file)).subarray(0, 3).toString() === 'C1Z') {
      const report = await bench.client(['-c1z', file, expands ? 'expand' : 'read']);
      const rows = rowsOf({ ...report, logs: report.logs.filter(({ message }) => message !== leftOut) });
      const users = rows.resources.filter(({ id }) => id.resourceType === 'user').length;
      syncs.push({ facts: factsOfStore(rows), syncType: rows.syncType, users });
    }
  }
  return syncs;
}

/** The SDK keeps in its own file that it left out grants of types that were not asked for, and warns of it again. */
const leftOut = 'fresh ingest filtered references into resource types not scheduled for this sync';

async function noSecrets({ asked, log, secrets }: Run): Promise<void> {
  const files = asked.flatMap(({ upload }) => upload?.file ?? []);
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  const seen = [JSON.stringify(asked), log, ...texts].join('\n');
  ok(
    secrets.every((secret) => !seen.includes(secret)),
    'a secret stands in a trace, a log or an upload',
  );
}
