import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { type ReviewData, reviewVersion, rowLine } from './format.ts';
import { rowsIn } from './data.ts';
import { hashOf, reviewHash } from './hash.ts';
import { aboutSchema } from './read-decisions.ts';

const headSchema = z.object({ version: z.unknown(), review: z.string(), about: z.object({}) });
const place = z.int().min(0);
const placesSchema = z.object({ principal: z.array(place), thing: z.array(place), note: z.array(place) });
const texts = <Name extends string>(...names: readonly Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.string()])) as Record<Name, z.ZodString>);

const dataSchema = z.object({
  about: aboutSchema,
  principals: z.array(texts('type', 'id', 'name', 'login', 'email', 'status')),
  things: z.array(texts('entitlement', 'held', 'tenantId', 'tenant', 'permissions', 'risk')),
  rows: placesSchema,
  shown: placesSchema,
  notes: z.array(z.string()),
  findings: z.array(z.object({ principal: place, rule: place, tenantId: z.string(), detail: z.string() })),
  rules: z.array(texts('id', 'title', 'severity')),
  unread: z.array(z.string()),
});

/** More is no text that Node can hold. */
const largestBytes = 500 * 1024 * 1024;

/**
 * The data of a review's page; a page that is none, that is damaged, or whose data does not give its hash, is a `config`
 * error.
 */
export function readReviewPage(path: string, text: string, largest = largestBytes): ReviewData {
  const json = jsonIn(text, largest);
  const head = headSchema.safeParse(json).data;
  if (head === undefined) {
    throw new ConnectorError('config', `${printable(path)} is no page that "review new" made`);
  }
  if (head.version !== reviewVersion) {
    throw new ConnectorError(
      'config',
      `${printable(path)} is of another version (${printable(String(head.version))}): make the review again`,
    );
  }
  if (!isWhole(json)) {
    throw new ConnectorError('config', `${printable(path)} is damaged: make the review again`);
  }
  const data = json;
  const hash = hashOf(rowsIn(data, 'shown').map(rowLine).join('\n'));
  if (reviewHash(data.about, rowsIn(data, 'rows')) !== data.review || hash !== data.about.shown.hash) {
    throw new ConnectorError(
      'config',
      `${printable(path)} was changed after it was made: its rows do not give its hash`,
    );
  }
  return data;
}

/** Whether it has the form of a review's data, and each row its principal, thing and note. */
function isWhole(json: unknown): json is ReviewData {
  const data = dataSchema.safeParse(json).data;
  return (
    data !== undefined &&
    [data.rows, data.shown].every(
      ({ principal, thing, note }) =>
        thing.length === principal.length &&
        note.length === principal.length &&
        principal.every((each) => each < data.principals.length) &&
        thing.every((each) => each < data.things.length) &&
        note.every((each) => each < data.notes.length),
    ) &&
    data.findings.every(({ principal, rule }) => principal < data.principals.length && rule < data.rules.length)
  );
}

function jsonIn(text: string, largest: number): unknown {
  const zipped = /<script type="application\/octet-stream" id="data">([A-Za-z0-9+/=]+)<\/script>/.exec(text)?.[1];
  if (zipped === undefined) {
    return undefined;
  }
  try {
    const bytes = gunzipSync(Buffer.from(zipped, 'base64'), { maxOutputLength: largest });
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
