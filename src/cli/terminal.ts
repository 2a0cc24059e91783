import { styleText } from 'node:util';

/** The width to assume for a terminal that does not report one, such as a serial line. */
const standardWidth = 80;

type Screen = Pick<NodeJS.WriteStream, 'isTTY'> & { readonly columns?: number };

/** The columns of a terminal, of COLUMNS where it does not know, else 80; undefined for a file or a pipe. */
export function widthOf({ isTTY, columns = 0 }: Screen, env: NodeJS.ProcessEnv = process.env): number | undefined {
  if (!isTTY) {
    return undefined;
  }
  const told = columns > 0 ? columns : Number(env['COLUMNS']);
  return Number.isInteger(told) && told > 0 ? told : standardWidth;
}

/** Whether a cursor can be moved there: not in a pipe, and not on a terminal that calls itself dumb. */
export function canRedraw({ isTTY }: Screen, env: NodeJS.ProcessEnv = process.env): boolean {
  return isTTY && env['TERM'] !== 'dumb';
}

/** Whether colour is wanted there: FORCE_COLOR decides, then NO_COLOR and TERM, then whether it is a terminal. */
export function hasColors({ isTTY }: Screen, env: NodeJS.ProcessEnv = process.env): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) {
    return forced !== '0' && forced !== 'false';
  }
  return isTTY && env['TERM'] !== 'dumb' && (env['NO_COLOR'] ?? '') === '';
}

export type Style = Parameters<typeof styleText>[0];

/** Styles text for stdout, if colour is wanted. */
export function painter(to: Screen = process.stdout): (style: Style, text: string) => string {
  return hasColors(to) ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
