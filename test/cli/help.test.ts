import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { usageLine } from '../../src/cli/usage.ts';
import { runCli } from '../support/cli.ts';

function program(): Command {
  return createProgram({
    env: {},
    signal: new AbortController().signal,
    print: () => undefined,
    write: () => undefined,
    endWith: () => undefined,
  });
}

/** The help of every command that shows, as 80 columns have it. */
function helpTexts(command: Command, path: readonly string[] = []): readonly (readonly [string, string])[] {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const children = command.commands.filter((child) => !child.name().startsWith('_'));
  return [[path.join(' '), text] as const, ...children.flatMap((child) => helpTexts(child, [...path, child.name()]))];
}

describe('the help of', () => {
  it.each(helpTexts(program()))('%j has examples, and fits into 80 columns', (_path, text) => {
    expect(text).toMatch(/^Examples?:\n {2}\$ .*baton-descope/m);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('a slip on the command line', () => {
  it.each([
    [['snyc'], "unknown command 'snyc' (Did you mean sync?); see baton-descope --help"],
    [['config', 'shwo'], "unknown command 'config shwo' (Did you mean show?); see baton-descope config --help"],
    [['sync', '--otu', 'x'], "unknown option '--otu' (Did you mean --out?); see baton-descope sync --help"],
    [['sync', '--otu=x'], "unknown option '--otu' (Did you mean --out?); see baton-descope sync --help"],
    [
      ['sync', '--out', 'x', '--rate-limt', '1/s'],
      "unknown option '--rate-limt' (Did you mean --rate-limit?); see baton-descope sync --help",
    ],
    [['account'], 'account needs one of its commands: create, invite, delete; see baton-descope account --help'],
    [
      ['grant', '--role', 'Editor', '--role', 'Viewer', '--to', 'ada'],
      '--role is given twice, and takes one: run the command once for each; see baton-descope grant --help',
    ],
    [['_baton', '--fil', 'x'], "unknown option '--fil' (Did you mean --file?); see baton-descope --help"],
  ])('%j: %s', async (argv, line) => {
    const mistaken = program();
    const thrown: unknown = await mistaken.parseAsync(argv, { from: 'user' }).catch((error: unknown) => error);

    expect(usageLine(mistaken, argv, thrown as Parameters<typeof usageLine>[2])).toBe(line);
  });

  it('is told in one line, with exit 2', async () => {
    expect(await runCli(['sync', '--otu', 'x'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "baton-descope: unknown option '--otu' (Did you mean --out?); see npx . sync --help\n",
    });
  });
});
