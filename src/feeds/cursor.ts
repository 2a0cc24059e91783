import { ConnectorError } from '../errors.ts';
import { decodeToken, encodeToken, tokenNumber } from '../model/page-token.ts';
import type { FeedId } from './feed.ts';
import { Seen } from './seen.ts';

/** Where a reader of a feed stands. Times are epoch milliseconds. */
export interface FeedCursor {
  /** Nothing that happened before is told. */
  readonly startMs: number;
  /** The window under way is closed: it ends here, whatever happens meanwhile. */
  readonly endMs: number;
  /** What is left of it. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How much of it the next search asks for. */
  readonly sliceMs: number;
  /** Records of the window before that lie in this one, too. */
  readonly before: Seen;
  /** Records of this window that lie in the next one, too. */
  readonly told: Seen;
}

interface Scope {
  readonly projectId: string;
  readonly feedId: FeedId;
}

const maxCursorBytes = 4_096;

export function encodeCursor(scope: Scope, cursor: FeedCursor): string {
  const { startMs, endMs, fromMs, toMs, sliceMs } = cursor;
  // The marks stand behind the token, so that they are not encoded twice: a cursor has little room.
  const marks = [cursor.before, cursor.told].map((seen) => seen.toText());
  const fields = { m: startMs, e: endMs, f: fromMs, t: toMs, s: sliceMs };
  return [encodeToken(scopeText(scope, marks), fields), ...marks].join('~');
}

/** Throws `invalid` for anything that no feed of this name and project gave out: never "start over". */
export function decodeCursor(scope: Scope, text: string): FeedCursor {
  if (text.length > maxCursorBytes) {
    throw new ConnectorError('invalid', `cursor is longer than ${maxCursorBytes} bytes`);
  }
  try {
    const [token = '', ...marks] = text.split('~');
    const fields = decodeToken(scopeText(scope, marks), token);
    const [startMs, endMs, fromMs, toMs, sliceMs] = ['m', 'e', 'f', 't', 's'].map((key) => tokenNumber(fields, key));
    const [before, told] = marks.map((each) => Seen.fromText(each));
    if (startMs === undefined || endMs === undefined || fromMs === undefined || toMs === undefined) {
      throw notOurs(scope);
    }
    if (sliceMs === undefined || before === undefined || told === undefined || toMs > endMs) {
      throw notOurs(scope);
    }
    return { startMs, endMs, fromMs, toMs, sliceMs, before, told };
  } catch (thrown) {
    throw thrown instanceof ConnectorError ? notOurs(scope) : thrown;
  }
}

function notOurs({ feedId }: Scope): ConnectorError {
  return new ConnectorError(
    'invalid',
    `the cursor is not one that ${feedId} of this project gave out; begin again without a cursor, with a start_at`,
  );
}

const scopeText = ({ projectId, feedId }: Scope, marks: readonly string[]): string =>
  [projectId, feedId, ...marks].join('\n');
