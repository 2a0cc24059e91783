import { printable, printableLines } from '../printable.ts';
import type { LogFields } from '../log.ts';
import { folded } from './folded.ts';
import { asCalled } from './how-called.ts';
import { processRunId, safeText, shortened } from './safe-text.ts';
import { writeErr } from './streams.ts';
import { widthOf } from './terminal.ts';

/**
 * Messages to people besides results. They go to stderr, as lines of text, or as lines of JSON with --log-format json.
 */
type Level = 'info' | 'warn' | 'error';

const ranks = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** Input with line ends in it: quoted unchanged in a message, it could forge a line. */
let typed: readonly string[] = [];
let isJson = false;
let lowest: number = ranks.debug;

/** Whether somebody asked for JSON on stderr: not merely that stderr goes to a file. */
export function tellsJson(): boolean {
  return isJson;
}

/** Sets the format and the level; undefined leaves each as it is. */
export function tellAs({
  format,
  level,
}: {
  readonly format?: string | undefined;
  readonly level?: string | undefined;
}): void {
  isJson = format === undefined ? isJson : format === 'json';
  lowest = level !== undefined && level in ranks ? ranks[level as keyof typeof ranks] : lowest; // checked on the left
}

/** The same from the raw command line and environment, before they are parsed: errors in parsing need a format, too. */
export function tellAsAsked(argv: readonly string[], env: NodeJS.ProcessEnv): void {
  typed = argv.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]).filter((word) => word.includes('\n'));
  const flag = (name: string): string | undefined => {
    const place = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
    return place < 0 ? undefined : argv[place] === name ? argv[place + 1] : argv[place]?.slice(name.length + 1);
  };
  const variable = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  const format = flag('--log-format');
  // An unknown format is reported in the format that the environment asks for.
  tellAs({
    format: format === 'json' || format === 'console' ? format : variable('BATON_LOG_FORMAT'),
    level: flag('--log-level') ?? variable('BATON_LOG_LEVEL'),
  });
}

/** The text, with the line ends of quoted input removed. */
export function withTypedInOneLine(text: string): string {
  return typed.reduce((told, word) => told.replaceAll(word, printable(word)), text);
}

/** Prints a line or more to stderr: an error, or a note that goes with a result. */
export function tell(level: Level, text: string, fields: LogFields = {}): void {
  for (const line of asCalled(withTypedInOneLine(text)).split('\n')) {
    if (isJson) {
      writeJson(level, line, fields);
    } else {
      writeErr(`${folded(`baton-descope: ${printableLines(shortened(line))}`, widthOf(process.stderr))}\n`);
    }
  }
}

/** Prints a line to stderr that is no error: progress, or a result that stdout did not take. */
export function tellPlainly(text: string): void {
  if (isJson) {
    text
      .split('\n')
      .filter((line) => line !== '')
      .forEach((line) => writeJson('info', line));
  } else {
    writeErr(`${folded(printableLines(text), widthOf(process.stderr))}\n`);
  }
}

function writeJson(level: Level, text: string, fields: LogFields = {}): void {
  if (ranks[level] >= lowest) {
    writeErr(
      `${JSON.stringify({ level, time: new Date().toISOString(), run: processRunId, ...fields, msg: safeText(text) })}\n`,
    );
  }
}
