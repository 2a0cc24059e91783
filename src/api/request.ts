import { z } from 'zod';
import { readMoment } from '../moment.ts';
import { type Asked, type EndpointName, endpoints, kinds } from './endpoints.ts';
import { placeOf } from './cursor.ts';
import type { Problem } from './problem.ts';
import { quoted } from '../printable.ts';

/** The endpoint of a path; undefined for a path that is none. */
export function endpointOf(path: string): EndpointName | undefined {
  if (Object.hasOwn(endpoints, path)) {
    return path.includes('{') ? undefined : (path as EndpointName); // as was looked up
  }
  const kind = /^\/v1\/list\/([a-z_]+)$/.exec(path)?.[1];
  return kind !== undefined && kinds.includes(kind) ? '/v1/list/{kind}' : undefined;
}

/** Understands a question, or says what is wrong with its query. */
export function askedOf(name: EndpointName, path: string, query: URLSearchParams): Asked | Problem {
  const bad = (detail: string): Problem => ({ status: 400, code: 'config', detail });
  const names = [...query.keys()];
  const twice = names.find((word, place) => names.indexOf(word) !== place);
  if (twice !== undefined) {
    return bad(`the parameter ${quoted(twice)} is given twice`);
  }
  const parsed = z.safeParse(endpoints[name].query, Object.fromEntries(query));
  if (!parsed.success) {
    return bad(flawOf(name, parsed.error, query));
  }
  const asked = { name, path, query: parsed.data } as Asked; // the query is that of the name
  const { cursor } = asked.query;
  const at = 'at' in asked.query && asked.query.at !== undefined ? readMoment(asked.query.at) : undefined;
  if (at !== undefined && 'flaw' in at) {
    return bad(`the parameter "at" ${at.flaw}`);
  }
  if (cursor !== undefined && placeOf(asked, cursor) === undefined) {
    return bad(
      'the parameter "cursor" is not of this question: give the "next" of its page before, and nothing else anew',
    );
  }
  return asked;
}

/** The first thing that is wrong, with what may be given. */
function flawOf(name: EndpointName, error: z.ZodError, query: URLSearchParams): string {
  const [issue] = error.issues;
  const taken = Object.keys(endpoints[name].query.shape).join(', ');
  if (issue?.code === 'unrecognized_keys') {
    return `there is no parameter ${quoted(issue.keys[0] ?? '')}: ${name} takes ${taken}`;
  }
  const parameter = String(issue?.path[0] ?? '');
  if (!query.has(parameter)) {
    return `the parameter ${quoted(parameter)} is missing: ${name} takes ${taken}`;
  }
  const flaw =
    issue?.code === 'invalid_value'
      ? `must be one of ${issue.values.map(String).join(', ')}`
      : issue?.code === 'too_small'
        ? 'is empty'
        : issue?.code === 'too_big'
          ? `has more than ${String(issue.maximum)} characters`
          : (issue?.message ?? 'is wrong');
  return `the parameter ${quoted(parameter)} ${flaw}`;
}
