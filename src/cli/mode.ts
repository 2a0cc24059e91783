import type { Environment } from '../config/environment.ts';
import { settings } from '../config/settings.ts';
import { configFilePath } from '../config/config-file-path.ts';

/** Name of the hidden command that runs where flags stand without a command: `ecosystem.ts`. */
export const ecosystemCommand = '_baton';

/** Name of the hidden command by which a parent process starts its connector: `connector-service-command.ts`. */
export const childCommand = '_connector-service';

/** What the program is asked to do: a command with its words, or nothing, where the help says what there is. */
export type Mode = { readonly kind: 'command'; readonly words: readonly string[] } | { readonly kind: 'help' };

/**
 * What the arguments and the environment ask for, in the order in which every Baton connector decides: a command; else
 * service mode, one operation or a full sync. Without arguments a sync is meant only where a project is set up: a newcomer sees the
 * help.
 */
export function modeOf(argv: readonly string[], env: Environment, cwd = process.cwd()): Mode {
  const [first] = argv;
  if (argv.at(-1) === childCommand) {
    return { kind: 'command', words: [childCommand, ...argv.slice(0, -1).flatMap(withoutEquals)] }; // behind the parent's own flags
  }
  if (first !== undefined && !isFlag(first)) {
    return { kind: 'command', words: argv };
  }
  if (first === undefined && !isSetUp(env, cwd)) {
    return { kind: 'help' };
  }
  return { kind: 'command', words: [ecosystemCommand, ...argv.flatMap(withoutEquals)] };
}

/** "-f=FILE" as other Baton connectors take it: the parser here would take the sign for a part of the name. */
function withoutEquals(word: string): readonly string[] {
  const [, flag, value] = /^(-[a-z])=(.*)$/s.exec(word) ?? [];
  return flag === undefined || value === undefined ? [word] : [flag, value];
}

/** Flags of the program itself ask for its help or version: they are words like a command. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && !['-h', '--help', '-v', '--version'].includes(word);
}

/** Whoever names a client wants service mode, whatever else is asked for: so does every connector of the ecosystem. */
export function meansServiceMode(env: Environment, clientId?: string | boolean): boolean {
  return clientId !== undefined || settings.clientId.env.some((name) => (env[name]?.trim() ?? '') !== '');
}

/** Whether a project is named, by the environment or by a config file that would be used. */
function isSetUp(env: Environment, cwd: string): boolean {
  if (meansServiceMode(env) || settings.projectId.env.some((name) => (env[name]?.trim() ?? '') !== '')) {
    return true;
  }
  try {
    return configFilePath({ flag: undefined, env, cwd }) !== undefined;
  } catch {
    return true; // a file is named and cannot be used: that is told, not hidden behind the help
  }
}
