import { existsSync, statSync } from 'node:fs';
import { dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import { type NewestOptions, newestSync, type SyncFileInfo } from '../answers/newest.ts';
import { printable, quoted } from '../answers/printable.ts';
import type { WorkPlace } from '../answers/work-place.ts';
import type { Environment } from '../config/environment.ts';
import { resolveSettings } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import { isStore, outputKinds } from '../output/outputs.ts';
import { syncFileKinds } from '../sync-format/layout.ts';
import { settingSources } from './setting-sources.ts';
import { tell } from './tell.ts';
import { temporaryPlace } from '../output/work-places.ts';
import { fullPath, isPostgres } from '../store-url.ts';

/** What a question takes besides its FILE: the command's name, and what is asked for. */
export interface Question {
  readonly command: string;
  readonly noun: string;
  readonly example: string;
}

/** FILE, where it was given, and what was asked for. */
export interface Asked {
  readonly file: string | undefined;
  readonly asked: string;
}

/**
 * Takes `[FILE] ASKED` apart. FILE is the word that ends with one of our extensions, or is there; it may stand on
 * either side. One word alone is what was asked for, unless it has such an extension.
 */
export function splitFile(words: readonly string[], { command, noun, example }: Question): Asked {
  const usage = `"baton-descope ${command} FILE ${example}", or without FILE for the newest sync`;
  const [first, second, ...others] = words;
  if (first === undefined) {
    throw new ConnectorError('config', `${command} needs a ${noun}, as in ${usage}`);
  }
  if (others.length > 0) {
    const name = words.slice(isFileLike(first) ? 1 : 0).join(' ');
    throw new ConnectorError(
      'config',
      `${command} takes one ${noun}, as in ${usage}; is it a name with blanks? Put it into quotes: ${quoted(name)}`,
    );
  }
  if (second === undefined) {
    if (hasOurExtension(first)) {
      throw new ConnectorError(
        'config',
        `${command} needs a ${noun} besides the file ${printable(first)}, as in ${usage}; to ask for a ${noun} of that ` +
          'name, give the file as well',
      );
    }
    return { file: undefined, asked: first };
  }
  if (isFileLike(first)) {
    return { file: first, asked: second };
  }
  if (isFileLike(second)) {
    return { file: second, asked: first };
  }
  throw new ConnectorError(
    'config',
    `neither ${printable(first)} nor ${printable(second)} is a file: give one that ends with .json, .ndjson, .c1z or ` +
      `.db, or postgres://HOST/DATABASE; put a name with blanks into quotes: ${quoted(`${first} ${second}`)}`,
  );
}

/** A question that takes two things besides its FILE. */
export interface DoubleQuestion {
  readonly command: string;
  readonly nouns: readonly [string, string];
  readonly example: string;
}

/**
 * Takes `[FILE] ONE OTHER` apart. FILE comes first; it is the word that ends with one of our extensions, or is there.
 */
export function splitFileAndTwo(
  words: readonly string[],
  { command, nouns, example }: DoubleQuestion,
): { readonly file: string | undefined; readonly asked: readonly string[] } {
  const usage = `"baton-descope ${command} FILE ${example}", or without FILE for the newest sync`;
  const [first = ''] = words;
  const hasFile = words.length > 2 ? isFileLike(first) : hasOurExtension(first);
  const asked = hasFile ? words.slice(1) : words;
  const [one, other, ...more] = asked;
  if (one === undefined || other === undefined) {
    throw new ConnectorError('config', `${command} needs a ${nouns[0]} and a ${nouns[1]}, as in ${usage}`);
  }
  if (more.length > 0) {
    throw new ConnectorError(
      'config',
      `${command} takes one ${nouns[0]} and one ${nouns[1]}, as in ${usage}; put a name with blanks into quotes`,
    );
  }
  return { file: hasFile ? first : undefined, asked };
}

function hasOurExtension(word: string): boolean {
  return isPostgres(word) || outputKinds.some((kind) => kind === extname(word).toLowerCase());
}

function isFileLike(word: string): boolean {
  return hasOurExtension(word) || existsSync(word);
}

export interface FileChoice {
  readonly env: Environment;
  /** Files that are never meant: what is about to be written, or is read besides. */
  readonly except?: readonly (string | undefined)[];
  /** Where a packed file is unpacked. */
  readonly work?: WorkPlace;
}

/**
 * FILE as it was given; the path of the newest sync in it where it is a folder; without it, of the newest sync in the
 * current folder and in the one that the setting `out` names. Which one was taken is told on stderr. Finding none is a
 * `config` error.
 */
export async function chooseFile(
  file: string | undefined,
  { env, except = [], work = temporaryPlace() }: FileChoice,
): Promise<string> {
  const isFolder =
    file !== undefined && !hasOurExtension(file) && statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
  if (file !== undefined && !isFolder) {
    return file;
  }
  const folders = isFolder ? [resolve(file)] : await usualFolders(env);
  const found = await newestSync(folders, {
    except: except.flatMap((path) => (path === undefined || isPostgres(path) ? [] : [resolve(path)])),
    work,
  });
  if (found === undefined) {
    throw new ConnectorError(
      'config',
      `there is no sync in ${folders.map((folder) => printable(folder)).join(' or ')}: give the file to read, or make ` +
        'one with "baton-descope sync --out sync.json"',
    );
  }
  const { path, summary, time } = found;
  const about = [
    ...((summary.projectId ?? '') === '' ? [] : [`project ${summary.projectId}`]),
    new Date(time).toISOString().replace(/\.\d+/, ''),
  ];
  tell('info', `reading ${printable(shown(path))}, the newest sync ${where(path)} (${printable(about.join(', '))})`);
  return path;
}

/** The newest sync where a command without FILE looks for it; undefined when there is none. */
export async function newestFile(env: Environment, options: NewestOptions): Promise<SyncFileInfo | undefined> {
  return await newestSync(await usualFolders(env), options);
}

/** The file of a sync, or the store, that stands among the words of a command line. */
export function fileAmong(words: readonly string[]): string | undefined {
  const word = words.find(
    (candidate) =>
      isPostgres(candidate) ||
      ((isStore(candidate) || syncFileKinds.some((kind) => kind === extname(candidate).toLowerCase())) &&
        existsSync(candidate)),
  );
  return word === undefined ? undefined : fullPath(word);
}

async function usualFolders(env: Environment): Promise<readonly string[]> {
  return [process.cwd(), ...(await outFolders(env))];
}

function where(path: string): string {
  return dirname(path) === process.cwd() ? 'in this folder' : `in ${printable(dirname(path))}`;
}

/** A path as short as it can be and still be pasted. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** The folder of scheduled syncs. Errors in other settings do not matter to a command that reads a file. */
async function outFolders(env: Environment): Promise<readonly string[]> {
  const { out } = resolveSettings(await settingSources({}, env)).values;
  return out === undefined || isPostgres(out) ? [] : [resolve(hasOurExtension(out) ? dirname(out) : out)];
}
