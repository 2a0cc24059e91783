import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { type CliRun, envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

/** Clears the screen, forges a line, turns the text round, and speaks C1. */
const evil = 'Eve\u001B[2J\nGranted: all\r\u202E\u009B31m\u2028x';
/** What does something to a terminal; a line end alone does nothing, and a tab stands in help. */
const isHostile = (line: string): boolean => /[\p{Cc}\p{Zl}\u202E]/u.test(line.replaceAll('\t', ''));
/** Codes that we write ourselves on a terminal: colours, the line of progress, its cursor. */
const ours = new RegExp(String.raw`${'\u001B'}\[(?:[\d;]*m|2K|\?25[lh])|\r`, 'g');

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let user = '';
let tenant = '';
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
  await runCli(['sync', '--out', 'old.json'], { env: envOf(emulator), cwd: folder.path });
  const { resources } = JSON.parse(await readFile(join(folder.path, 'old.json'), 'utf8')) as {
    readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
  };
  const idOf = (type: string): string => resources.find(({ id }) => id.resourceType === type)?.id.resource ?? '';
  [user, tenant] = [idOf('user'), idOf('tenant')];
  emulator.state.updateUser(user, { name: evil });
  emulator.state.putTenant({ id: tenant, name: `${evil} tenant` });
  emulator.state.putRole({ name: `${evil} role` });
  await runCli(['sync', '--out', 'sync.json'], { env: envOf(emulator), cwd: folder.path });
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

const role = (): string => `role:${encodeURIComponent(`${evil} role`)}:assigned`;
/** Whatever can tell a name: of the project, of a file, or as it was typed. */
const calls = (): readonly (readonly string[])[] => [
  ['grant', '--entitlement', role(), '--principal', user, '--dry-run'],
  ['grant', '--role', `${evil} role`, '--to', user],
  ['revoke', '--role', `${evil} role`, '--from', user],
  ['grant', '--role', evil, '--to', user],
  ['grant', '--role', 'Editor', '--in', evil, '--to', user],
  ['grant', '--entitlement', `tenant:${tenant}:member`, '--principal', evil],
  ['revoke', '--entitlement', evil, '--principal', user],
  ['who-can', 'sync.json', evil],
  ['who-can', 'sync.json', 'invoices.approve', '--tenant', tenant],
  ['path', 'sync.json', user, 'invoices.approve'],
  ['path', 'sync.json', user, tenant],
  ['path', 'sync.json', user, tenant, '--format', 'mermaid'],
  ['path', 'sync.json', evil, evil],
  ['blast-radius', 'sync.json', user, '--rows', 'all'],
  ['blast-radius', 'sync.json', tenant, '--rows', 'all'],
  ['blast-radius', 'sync.json', tenant, '--format', 'mermaid'],
  ['blast-radius', 'sync.json', evil],
  ['access', 'sync.json', user],
  ['access', 'sync.json', evil],
  ['list', 'users', 'sync.json', '--match', 'Eve'],
  ['list', 'tenants', 'sync.json'],
  ['list', 'roles', 'sync.json'],
  ['diff', 'old.json', 'sync.json'],
  ['diff', 'old.json', 'sync.json', '--md'],
  ['diff', `${evil}.json`, 'sync.json'],
  ['export', 'sync.json', '--out', `${evil}.ndjson`],
  ['report', 'sync.json', '--out', 'report.html'],
  ['review', 'new', 'sync.json', '--scope', 'all', '--reviewer', evil, '--out', 'review.html'],
  ['review', 'new', 'sync.json', '--scope', evil, '--reviewer', evil, '--out', 'other.html'],
  ['review', 'new', 'sync.json', '--scope', `role:${evil}`, '--reviewer', evil, '--out', 'other.html'],
  ['review', 'status', 'review.html'],
  ['review', 'apply', `${evil}.json`, '--yes'],
  ['sync', '--out', `${evil}.json`],
  ['sync', '--out', 'again.json', '--json'],
  ['doctor', '--out', join(evil, 'sync.json')],
  ['config', 'show', '--tenant-roles', evil],
  ['sync', '--out', 'x.json', '--project-id', evil],
  [evil],
  ['sync', `--${evil}`],
  ['emulator', '--fault', evil],
  ['serve', '--listen', evil],
  ['health-check', '--health-check-bind-address', evil],
];

describe('a project, a file and a command line full of hostile names', () => {
  it('write no control character, and forge no line, through any command', async () => {
    for (const args of calls()) {
      const { stdout, stderr }: CliRun = await runCli(args, { env: envOf(emulator), cwd: folder.path });

      expect({
        args,
        lines: `${stdout}${stderr}`
          .split('\n')
          .filter((line) => isHostile(line) || /^(?:baton-descope: )?Granted: all/.test(line)),
      }).toEqual({ args, lines: [] });
    }
  }, 120_000);

  it.runIf(canLend)(
    'write none to a terminal, either',
    async () => {
      for (const args of calls().filter(([name]) => ['grant', 'access', 'diff', 'who-can'].includes(name ?? ''))) {
        const { screen } = await onTerminal(args, { env: envOf(emulator), cwd: folder.path });

        expect({
          args,
          lines: screen
            .replaceAll(ours, '')
            .split('\n')
            .filter((line) => isHostile(line) || /^(?:baton-descope: )?Granted: all/.test(line)),
        }).toEqual({ args, lines: [] });
      }
    },
    120_000,
  );
});
