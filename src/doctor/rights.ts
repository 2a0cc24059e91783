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
  const written = new Set(
    typeRights()
      .filter(({ type }) => isProvisioned && listed.some(({ words }) => words.id === type.id))
      .flatMap(({ write }) => write.map(subjectOf)),
  );
  const bySubject = Map.groupBy(
    listed.filter(({ isOptIn }) => isOptIn === true),
    ({ words, includedWith = words.id }) => includedWith,
  );
  return [...bySubject].map(([word, types]) => {
    const subjects = new Set(types.flatMap(({ reads }) => reads.map((read) => rightOf(read).subject)));
    const rights = [...subjects].map((subject) => `${written.has(subject) ? 'read and update' : 'read'} ${subject}`);
    const key = subjects.has('the company') ? ', with a key that no project limits' : '';
    return skip('rights', `${word} needs to ${rights.join(', ')}${key}`);
  });
}

function subjectOf(label: string): string {
  const endpoint = endpoints.find((one) => endpointLabel(one) === label);
  return endpoint === undefined ? '' : rightOf(endpoint).subject;
}
