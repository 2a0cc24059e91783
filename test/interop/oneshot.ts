import { deepEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Scenario } from './bench.ts';

/** The flags of every Baton connector, given to ours and to a small one of the Go SDK. */
export const oneShotScenarios: readonly Scenario[] = [
  { name: 'flags without a command, side by side with a Go connector', run: sideBySide },
];

interface Call {
  readonly flags: (who: Who) => readonly string[];
  /** Exit codes, the Go connector's first: where both refuse, the numbers may differ. */
  readonly codes: readonly [go: number, ours: number];
  /** Whether the file that the call names is there afterwards: the same for both, unless it says otherwise. */
  readonly file?: { readonly name: string; readonly isThere: readonly [go: boolean, ours: boolean] };
  /** Whether the member is one afterwards. */
  readonly isMember?: boolean;
}

/** Who is granted what, in each of the two. */
interface Who {
  readonly member: string;
  readonly tenant: string;
}

const who = {
  go: { member: 'ada', tenant: 'acme' },
  ours: { member: 'U2AdaLovelace000000000000000', tenant: 'initech' },
} as const;

const grant = ({ member, tenant }: Who): string[] => [
  '--grant-entitlement',
  `tenant:${tenant}:member`,
  '--grant-principal',
  member,
  '--grant-principal-type',
  'user',
];
const revoke = ({ member, tenant }: Who): string[] => ['--revoke-grant', `tenant:${tenant}:member:user:${member}`];
const written = (name: string): NonNullable<Call['file']> => ({ name, isThere: [true, true] });
const notWritten = (name: string): NonNullable<Call['file']> => ({ name, isThere: [false, false] });

/** In order: each begins with what the calls before it have left. */
const calls: readonly Call[] = [
  { flags: () => [], codes: [0, 0], file: written('sync.c1z') },
  { flags: () => ['-f', 'a.c1z'], codes: [0, 0], file: written('a.c1z') },
  { flags: () => ['--provisioning=false', '-f=b.c1z'], codes: [0, 0], file: written('b.c1z') },
  { flags: (them) => ['-p', '-f', 'a.c1z', ...grant(them)], codes: [0, 0], isMember: true },
  { flags: () => ['-f', 'a.c1z'], codes: [0, 0] },
  { flags: (them) => ['-p', '-f', 'a.c1z', ...revoke(them)], codes: [0, 0], isMember: false },
  { flags: (them) => ['-p', '-f', 'no.c1z', ...grant(them)], codes: [9, 1], file: notWritten('no.c1z') },
  {
    flags: () => [
      '-p',
      '-f',
      'a.c1z',
      '--grant-entitlement',
      'tenant:no:member',
      '--grant-principal',
      'x',
      '--grant-principal-type',
      'user',
    ],
    codes: [5, 1],
  },
  { flags: (them) => [...grant(them), ...revoke(them)], codes: [2, 2], isMember: false },
  { flags: () => ['--grant-principal', 'x'], codes: [2, 2] },
  { flags: () => ['--skip-grants', '-f', 'c.c1z'], codes: [2, 2], file: notWritten('c.c1z') },
  {
    flags: () => ['--sync-resource-types', 'team', '-f', 'd.c1z'],
    codes: [2, 2],
    file: { name: 'd.c1z', isThere: [true, false] },
  },
  { flags: () => ['--sync-resource-types', 'tenant', '-f', 'e.c1z'], codes: [0, 0], file: written('e.c1z') },
  {
    flags: ({ tenant }) => ['--sync-resources', `bid:r:tenant/${tenant}`, '-f', 'f.c1z'],
    codes: [0, 0],
    file: written('f.c1z'),
  },
  {
    flags: ({ tenant }) => ['--sync-resources', `tenant/${tenant}`, '-f', 'g.c1z'],
    codes: [2, 2],
    file: notWritten('g.c1z'),
  },
  { flags: () => ['--skip-entitlements-and-grants', '-f', 'h.c1z'], codes: [0, 0], file: written('h.c1z') },
  { flags: () => ['--skip-full-sync', '-f', 'i.c1z'], codes: [0, 0], file: { name: 'i.c1z', isThere: [true, false] } },
  { flags: () => ['--external-resource-c1z', 'no', '-f', 'j.c1z'], codes: [2, 2], file: notWritten('j.c1z') },
  { flags: () => ['--frobnicate'], codes: [2, 2] },
];

async function sideBySide(bench: Bench): Promise<string> {
  const folders = { go: bench.path('go'), ours: bench.path('ours') };
  await Promise.all(Object.values(folders).map((folder) => mkdir(folder)));
  for (const { flags, codes, file, isMember } of calls) {
    const go = await bench.demo(flags(who.go), folders.go);
    const ours = await bench.run(flags(who.ours), folders.ours);
    const told = flags(who.go).join(' ') || 'no flags';
    // Its parent ends with 0 instead of the code of a failure, now and then: it races with its own child.
    const goCode = go.code === 0 && go.stderr.includes('runner: error processing task') ? codes[0] : go.code;
    deepEqual([goCode, ours.code], codes, `${told}: ${go.stderr.slice(-300)} / ${ours.stderr.slice(-300)}`);
    if (file !== undefined) {
      const isThere = Object.values(folders).map((folder) => existsSync(join(folder, file.name)));
      deepEqual(isThere, file.isThere, `${told}: ${file.name}`);
    }
    if (isMember !== undefined) {
      const { userTenants } = await bench.loadUser(who.ours.member);
      const oursIs = userTenants.some(({ tenantId }) => tenantId === who.ours.tenant);
      deepEqual([await goIsMember(folders.go), oursIs], [isMember, isMember], told);
    }
  }
  return `${calls.length} calls end alike`;
}

/** The Go connector keeps its members in a file. */
async function goIsMember(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'members'), 'utf8').catch(() => '');
  return text.split(' ').includes(who.go.member);
}
