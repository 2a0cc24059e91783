import { endpointLabel } from '../descope/http/endpoint.ts';
import { rightOf } from '../descope/http/rights.ts';
import { endpoints } from '../descope/endpoints.ts';
import { listedTypes, typeRights } from '../registry.ts';
import { type Check, skip } from './check.ts';

/**
 * What the key must be let to do for each word of `--include`: to read, and to update where changes are allowed and some
 * can be made.
 */
export function rightsChecks(include: readonly string[], isProvisioned: boolean): readonly Check[] {
  const listed = listedTypes(include).all;
  const writes = new Map(
    typeRights().map(({ type, write }) => [type.id, isProvisioned ? write.map(subjectOf) : []] as const),
  );
  const written = new Set(listed.flatMap(({ words }) => writes.get(words.id) ?? []));
  const bySubject = Map.groupBy(
    listed.filter(({ isOptIn }) => isOptIn === true),
    ({ words, includedWith = words.id }) => includedWith,
  );
  return [...bySubject].map(([word, types]) => {
    const reads = new Set(types.flatMap((type) => type.reads.map((read) => rightOf(read).subject)));
    const others = new Set(types.flatMap(({ words }) => writes.get(words.id) ?? [])).difference(reads);
    const rights = [
      ...[...reads].map((subject) => `${written.has(subject) ? 'read and update' : 'read'} ${subject}`),
      ...[...others].map((subject) => `update ${subject}`),
    ];
    const key = reads.has('the company') ? ', with a key that no project limits' : '';
    return skip('rights', `${word} needs to ${rights.join(', ')}${key}`);
  });
}

function subjectOf(label: string): string {
  const endpoint = endpoints.find((one) => endpointLabel(one) === label);
  return endpoint === undefined ? '' : rightOf(endpoint).subject;
}
