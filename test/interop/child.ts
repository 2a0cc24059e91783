import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type Bench, checkClean, checkSync, type Scenario } from './bench.ts';

/** Our executable, started by a parent of the ecosystem: the SDK's certificates, messages, client and rate limiter. */
export const childScenarios: readonly Scenario[] = [
  ...(['sqlite', 'pebble'] as const).map((engine) => ({
    name: `started as a child: full sync, ${engine}`,
    run: (bench: Bench) => fullSync(bench, engine),
  })),
  { name: 'started as a child: grant and revoke', run: grantAndRevoke },
  { name: 'started as a child: another port than that of the socket', run: wrongPort },
];

const ended = 'ended with status 0';
const ada = 'U2AdaLovelace000000000000000';
const entitlement = 'role:Support Agent:assigned';

async function fullSync(bench: Bench, engine: string): Promise<string> {
  const report = await bench.parent([], ['-c1z', bench.path('child.c1z'), '-engine', engine, '-workers', '4', 'sync']);
  const counts = checkSync(report, bench.expected);
  equal(report.child, ended);
  const { Do = 0, Report: reports = 0, ...calls } = report.calls;
  const others = Object.values(calls).reduce((sum, count) => sum + count, 0);
  deepEqual([Do, reports], [others, others], 'one Do and one Report around each call');
  return `${counts}; ${report.seconds.toFixed(1)} s with the start; the child ended with its input`;
}

async function grantAndRevoke(bench: Bench): Promise<string> {
  const file = bench.path('child-changes.c1z');
  const to = ['-c1z', file];
  const isHeld = async (): Promise<boolean> => (await bench.loadUser(ada)).roleNames.includes('Support Agent');
  const grant = [...to, '-entitlement', entitlement, '-principal', ada, 'grant'];
  checkClean(await bench.parent([], [...to, 'sync']));

  const refused = await bench.parent([], grant);
  deepEqual([refused.code, refused.child, await isHeld()], ['FailedPrecondition', ended, false]);

  const granted = await bench.parent(['--provisioning'], grant);
  deepEqual([granted.error, granted.child, await isHeld()], [undefined, ended, true]);

  checkClean(await bench.parent(['-p'], [...to, 'sync']));
  const revoked = await bench.parent(['-p'], [...to, '-grant-id', `${entitlement}:user:${ada}`, 'revoke']);
  deepEqual([revoked.error, revoked.child, await isHeld()], [undefined, ended, false]);
  return 'refused without --provisioning, granted and revoked with it';
}

async function wrongPort(bench: Bench): Promise<string> {
  const report = await bench.parent([], ['-wrong-port', 'describe']);
  ok(report.error !== undefined, 'it answered');
  match(report.child ?? '', /exit status 2/);
  return 'it ends with status 2 and answers nothing';
}
