import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, relative } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { shellWord } from '../shell-word.ts';

const name = 'baton-descope';
/** The name where a command follows, in quotes or behind words that say what to run. */
const commandsInText = /(?<=[`"]|: |see )baton-descope(?= (?:-|[a-z]))/g;
const commands = new RegExp(commandsInText.source);

/**
 * How this program is called from the current folder, for commands that people paste: by its name where it is on their
 * path, `npx .` in a clone, else with Node and the path. What npx puts on the path is there for its own run only.
 */
export function howCalled(env: Environment, script = process.argv[1] ?? '', cwd = process.cwd()): string {
  const folders = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !/[\\/](?:_npx|node_modules)[\\/]/.test(`${folder}/`));
  const real = realOf(script);
  if (folders.some((folder) => realOf(join(folder, name)) === real && existsSync(join(folder, name)))) {
    return name;
  }
  if (packageNameIn(cwd) === name) {
    return 'npx .';
  }
  if (/[\\/]_npx[\\/]/.test(script)) {
    return `npx ${name}`;
  }
  const short = relative(cwd, real);
  return `node ${shellWord(short.startsWith('..') || short === '' ? real : short)}`;
}

/**
 * The text, in which every command of this program is written as it is called here. Lower layers name it `baton-descope`,
 * since they know nothing of the command line.
 */
export function asCalled(text: string, env: Environment = process.env, called?: string): string {
  return commands.test(text) ? text.replaceAll(commandsInText, () => called ?? howCalled(env)) : text;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function packageNameIn(folder: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest
      ? basename(String(manifest.name))
      : '';
  } catch {
    return '';
  }
}
