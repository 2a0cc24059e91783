import { readFileSync, statSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';
import { osCode } from '../os-reasons.ts';
import { isWritableByAll } from '../file-trust.ts';
import { Secret } from '../secret.ts';
import { shellWord } from '../shell-word.ts';
import { isClientSecret } from './client-secret.ts';
import type { FileValue } from './config-file.ts';
import { holdsKey, keyFlaw } from './key-form.ts';
import type { Environment } from './environment.ts';
import type { Facts } from './load.ts';

/** Where the key may stand, earlier names first; a `_FILE` behind one names a file that holds it. */
const variables = ['BATON_DESCOPE_MANAGEMENT_KEY', 'DESCOPE_MANAGEMENT_KEY'] as const;

/** The same for a key of the company, with which the console is read. */
const companyVariables = ['BATON_DESCOPE_COMPANY_MANAGEMENT_KEY', 'DESCOPE_COMPANY_MANAGEMENT_KEY'] as const;

/** The key that is in force now. */
export type KeySource = () => Secret;

/** A key, and the name of the place that it came from; `path` when it stands in a file. */
export interface FoundKey {
  readonly key: KeySource;
  readonly source: string;
  readonly path?: string;
}

/** The same as `findManagementKey`, for callers that need the key only. */
export function openManagementKey(env: Environment, keyFile?: FileValue): KeySource {
  return findManagementKey(env, keyFile).key;
}

/** A check for `resolveSettings` that finds the key, which is then there. */
export interface KeyFinder {
  readonly check: (facts: Facts) => void;
  readonly found: () => FoundKey | undefined;
}

/** Finds the key together with the settings, so that its problems are told with theirs. */
export function keyFinder(env: Environment): KeyFinder {
  let key: FoundKey | undefined;
  return {
    found: () => key,
    check: ({ file, isKeyTried }) => {
      if (file?.keyFile !== undefined || !isKeyTried || isKeyNamed(env)) {
        key = findManagementKey(env, file?.keyFile);
      }
    },
  };
}

/** The same for the key of the company, which nobody needs to have. */
export function companyKeyFinder(env: Environment): KeyFinder {
  let key: FoundKey | undefined;
  return {
    found: () => key,
    check: ({ file }) => {
      key = findCompanyKey(env, file?.companyKeyFile);
    },
  };
}

/**
 * The key of the company from the environment, or from the file that the environment or else the config file names. A
 * `config` error where something there can be none.
 */
export function findCompanyKey(env: Environment, keyFile?: FileValue): FoundKey | undefined {
  return keyNamed(env, companyVariables) ?? (keyFile && keyOfFile(keyFile, companyVariables));
}

/** True when the environment has a key or names its file. */
export function isKeyNamed(env: Environment): boolean {
  return variables.some((variable) => [variable, `${variable}_FILE`].some((name) => (env[name]?.trim() ?? '') !== ''));
}

/**
 * The management key from the environment, or from the file that the environment or else the config file names, which
 * is read again when it changes. Never from the command line. A `config` error now, when there is none that could be
 * one.
 */
export function findManagementKey(env: Environment, keyFile?: FileValue): FoundKey {
  const named = keyNamed(env, variables);
  if (named !== undefined) {
    return named;
  }
  if (keyFile !== undefined) {
    return keyOfFile(keyFile, variables);
  }
  throw new ConnectorError(
    'config',
    'DESCOPE_MANAGEMENT_KEY is not set: make a key in Console > Company > Management Keys and export it, or name a ' +
      'file that holds it with DESCOPE_MANAGEMENT_KEY_FILE, or let `baton-descope init` ask for it',
  );
}

/** Names of the variables of one key. */
type KeyVariables = typeof variables | typeof companyVariables;

/** The key in the file that the config file names. */
function keyOfFile({ text, source }: FileValue, names: KeyVariables): FoundKey {
  return { key: keyInFile(text, source, names), source, path: text };
}

/** The key that one of these variables holds, or that stands in a file which one behind them names. */
function keyNamed(env: Environment, names: KeyVariables): FoundKey | undefined {
  for (const variable of names) {
    const direct = env[variable]?.trim() ?? '';
    const file = env[`${variable}_FILE`]?.trim() ?? '';
    if (direct !== '' && file !== '') {
      throw new ConnectorError('config', `set either ${variable} or ${variable}_FILE, not both`);
    }
    if (direct !== '') {
      const key = new Secret(checkKey(direct, variable, names));
      return { key: () => key, source: variable };
    }
    if (file !== '') {
      return { key: keyInFile(file, `${variable}_FILE`, names), source: `${variable}_FILE`, path: file };
    }
  }
  return undefined;
}

/**
 * A rotated file that is not there yet, or holds no key, leaves the old key in force: Descope will say if it is over.
 */
function keyInFile(path: string, variable: string, names: KeyVariables): KeySource {
  let key = new Secret(checkKey(readKeyFile(path, variable), variable, names));
  let readAt = modifiedAt(path);
  return () => {
    const at = modifiedAt(path);
    if (at !== undefined && at !== readAt) {
      readAt = at;
      try {
        key = new Secret(checkKey(readKeyFile(path, variable), variable, names));
      } catch {
        return key;
      }
    }
    return key;
  };
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function readKeyFile(path: string, variable: string): string {
  if (holdsKey(path)) {
    throw new ConnectorError(
      'config',
      `${variable} must name a file, but holds what looks like the key itself (not shown): write the key into a file ` +
        'with mode 0600, and name that',
    );
  }
  try {
    if (isWritableByAll(path)) {
      throw new ConnectorError(
        'config',
        `${variable}: ${path} can be changed by every user of this machine: chmod 600 ${shellWord(path)}`,
      );
    }
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      throw thrown;
    }
    const code = osCode(thrown);
    throw new ConnectorError(
      'config',
      `${variable}: cannot read ${isPathLike(path) ? path : 'the file that it names (not shown: it could be the key itself)'} (${code})`,
    );
  }
}

/** A bare word of some length could be a key of a form that we do not know. */
function isPathLike(path: string): boolean {
  return path.length < 12 || /[/\\.]/.test(path);
}

/** The key, when it can be one; else a `config` error that names what is wrong with it and never the key. */
export function checkKey(key: string, source: string, names: KeyVariables = variables): string {
  const flaw = keyFlaw(key, `${names[1]}_FILE`);
  if (flaw !== undefined) {
    throw new ConnectorError('config', `${source} does not hold a management key alone: it ${flaw}`);
  }
  return key;
}

/**
 * Refuses a key or a client secret that reached the command line, where every process of the machine can read it. Says
 * so without repeating it.
 */
export function refuseKeyInArguments(argv: readonly string[], env: Environment): void {
  const holds = (names: readonly string[]): ((argument: string) => boolean) => {
    const values = names.map((name) => env[name]?.trim() ?? '').filter((value) => value.length >= 8);
    return (argument) => values.some((value) => argument.includes(value));
  };
  const holdsOurKey = holds([...variables, ...companyVariables]);
  const holdsOurSecret = holds(['BATON_CLIENT_SECRET']);
  const isKeyFlag = (argument: string): boolean => /^--?(descope-)?(company-)?(management-)?key(=|$)/i.test(argument);
  if (argv.some((argument) => isKeyFlag(argument) || holdsKey(argument) || holdsOurKey(argument))) {
    throw new ConnectorError(
      'config',
      'the management key must not be given on the command line, where other processes can read it: use ' +
        'DESCOPE_MANAGEMENT_KEY or DESCOPE_MANAGEMENT_KEY_FILE, and make a new key, since this one has been seen',
    );
  }
  if (
    argv.some(
      (argument) => /^--?client-secret(=|$)/i.test(argument) || isClientSecret(argument) || holdsOurSecret(argument),
    )
  ) {
    throw new ConnectorError(
      'config',
      'the client secret must not be given on the command line, where other processes can read it: use ' +
        'BATON_CLIENT_SECRET or --client-secret-file, and make a new secret at the platform, since this one has been seen',
    );
  }
}
