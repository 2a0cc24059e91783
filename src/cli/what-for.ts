import type { Command } from 'commander';
import { isStdout } from './stdout-names.ts';

/**
 * What a command is for, which decides what happens when the reader of its output goes away: a command that only prints
 * stops; one that writes files goes on, and its exit code says how that went; one that changes access, or serves,
 * prints its result on stderr instead.
 */
export type WhatFor = 'prints' | 'writes' | 'changes';

const onlyPrint: ReadonlySet<string> = new Set([
  'doctor',
  'who-can',
  'access',
  'path',
  'blast-radius',
  'diff',
  'list',
  'config',
  'capabilities',
  'completion',
  'help',
  'events',
  'action list',
  'timeline',
  'sql',
  'history list',
  'history show',
  'history verify',
  'fleet show',
  'fleet doctor',
  'review status',
  'fleet status',
  'fleet who-can',
  'fleet access',
  'fleet diff',
  'fleet check',
]);
/** What can write its result to stdout, and then is for nothing else. */
const streams: ReadonlySet<string> = new Set(['sync', 'export']);
/** What prints its result where no file is named. */
const printsOrWrites: ReadonlySet<string> = new Set(['check']);
const change: ReadonlySet<string> = new Set([
  'grant',
  'revoke',
  'account',
  'key',
  'action',
  'review apply',
  'serve',
  'service',
  'emulator',
  'fleet',
  '_baton',
  '_connector-service',
]);

/**
 * By the name of the command, or else of the top-level command that it belongs to. One that is not listed runs to its
 * end, which loses nothing.
 */
export function whatFor(command: Command): WhatFor {
  let top = command;
  let name = command.name();
  while (top.parent?.parent) {
    top = top.parent;
    name = `${top.name()} ${name}`;
  }
  const { out, file, eventFeed, listActionSchemas }: Readonly<Record<string, unknown>> = top.opts();
  const isStream =
    (streams.has(top.name()) && isStdout(out)) ||
    (printsOrWrites.has(top.name()) && (out === undefined || isStdout(out))) ||
    (top.name() === '_baton' && (isStdout(file) || eventFeed !== undefined || listActionSchemas !== undefined));
  const isPrinting = isStream || onlyPrint.has(name) || onlyPrint.has(top.name());
  return isPrinting ? 'prints' : change.has(top.name()) || change.has(name) ? 'changes' : 'writes';
}
