import { gunzipSync } from 'node:zlib';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { type ReviewData, reviewVersion, rowLine } from './format.ts';
import { rowsIn } from './data.ts';
import { hashOf, reviewHash } from './hash.ts';

/** The data of a review's page; a page that is none, or whose data does not give its hash, is a `config` error. */
export function readReviewPage(path: string, text: string): ReviewData {
  const data = dataIn(text);
  if (data === undefined) {
    throw new ConnectorError('config', `${printable(path)} is no page that "review new" made`);
  }
  if (data.version !== reviewVersion) {
    throw new ConnectorError(
      'config',
      `${printable(path)} is of another version (${String(data.version)}): make the review again`,
    );
  }
  const hash = hashOf(rowsIn(data, 'shown').map(rowLine).join('\n'));
  if (reviewHash(data.about, rowsIn(data, 'rows')) !== data.review || hash !== data.about.shown.hash) {
    throw new ConnectorError(
      'config',
      `${printable(path)} was changed after it was made: its rows do not give its hash`,
    );
  }
  return data;
}

function dataIn(text: string): ReviewData | undefined {
  const zipped = /<script type="application\/octet-stream" id="data">([A-Za-z0-9+/=]+)<\/script>/.exec(text)?.[1];
  if (zipped === undefined) {
    return undefined;
  }
  try {
    const data = JSON.parse(gunzipSync(Buffer.from(zipped, 'base64')).toString('utf8')) as Partial<ReviewData> | null;
    return data?.review !== undefined && data.about !== undefined ? (data as ReviewData) : undefined;
  } catch {
    return undefined;
  }
}
