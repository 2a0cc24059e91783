import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

/** One line for people: the time, the level, what happened, and the fields behind it. */
export function consoleStream(to: { readonly write: (line: string) => unknown }, colorize: boolean): DestinationStream {
  const toLine = prettyFactory({
    colorize,
    translateTime: 'SYS:HH:MM:ss',
    hideObject: true,
    messageFormat: ({ msg, run, level: _level, time: _time, ...fields }) =>
      [String(msg), ...Object.entries({ ...fields, run }).map(([name, value]) => `${name}=${shown(value)}`)].join(' '),
  });
  return { write: (line) => void to.write(toLine(line)) };
}

function shown(value: unknown): string {
  const text = String(value);
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
