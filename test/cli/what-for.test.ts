import { Command } from 'commander';
import { expect, it } from 'vitest';
import { whatFor } from '../../src/cli/what-for.ts';

function called(path: string, options: Readonly<Record<string, unknown>> = {}): Command {
  const command = path.split(' ').reduce((parent, name) => parent.command(name), new Command());
  Object.entries(options).forEach(([name, value]) => command.setOptionValue(name, value));
  return command;
}

it.each([
  ['timeline', {}, 'prints'],
  ['sql', {}, 'prints'],
  ['history list', {}, 'prints'],
  ['history show', {}, 'prints'],
  ['history verify', {}, 'prints'],
  ['history prune', {}, 'writes'],
  ['fleet show', {}, 'prints'],
  ['fleet doctor', {}, 'prints'],
  ['fleet status', {}, 'prints'],
  ['fleet pause', {}, 'changes'],
  ['fleet sync', {}, 'changes'],
  ['history import', {}, 'writes'],
  ['_baton', { listActionSchemas: true }, 'prints'],
  ['_baton', { eventFeed: true }, 'prints'],
  ['_baton', { revokeGrant: 'x' }, 'changes'],
] as const)('takes %s with %j for a command that %s', (path, options, purpose) => {
  expect(whatFor(called(path, options))).toBe(purpose);
});
