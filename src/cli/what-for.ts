import type { Command } from 'commander';
import { isStdout } from './stdout-names.ts';

/**
 * What a command is for, which decides what happens when nobody reads its output: what only prints stops; what also writes
 * files goes on, and its exit code says how that went; what changes access, or is dialled, tells it on stderr instead.
 */
export type WhatFor = 'prints' | 'writes' | 'changes';

const onlyPrint: ReadonlySet<string> = new Set([
  'doctor',
  'who-can',
  'access',
  'diff',
  'list',
  'config',
  'capabilities',
  'completion',
  'help',
]);
/** What can write its result to stdout, and then is for nothing else. */
const streams: ReadonlySet<string> = new Set(['sync', 'export']);
const change: ReadonlySet<string> = new Set(['grant', 'revoke', 'serve', 'emulator', '_baton']);

/** By the name of the command at the top. One that nobody listed goes on to its end, which loses nothing. */
export function whatFor(command: Command): WhatFor {
  let top = command;
  while (top.parent?.parent) {
    top = top.parent;
  }
  const { out, file }: { readonly out?: unknown; readonly file?: unknown } = top.opts();
  const isStream = (streams.has(top.name()) && isStdout(out)) || (top.name() === '_baton' && isStdout(file));
  return isStream || onlyPrint.has(top.name()) ? 'prints' : change.has(top.name()) ? 'changes' : 'writes';
}
