import type { FileIndex } from '../file-index.ts';
import { nextLoginInWords } from '../limits.ts';
import { type JsonAnswer, momentField, notReadField, originOf, unknownField } from '../question-json.ts';
import type { Chain } from './chain.ts';
import type { DrawnEdge } from './mermaid.ts';
import { labelOf, waysNotes } from './way-text.ts';
import type { WaysOf } from './ways-of.ts';

/** The words of `--include` that matter to an answer. */
export const relevantToReach = ['access_key', 'application', 'third_party_app'];

/** Every way as JSON: the chain with each step, when it counts, and how sure it is. */
export function waysJson(index: FileIndex, answer: WaysOf): JsonAnswer {
  const { who, what, tenant, alsoWhat, keys } = answer;
  const { also, ...whoAsked } = who;
  return {
    head: {
      question: 'path',
      who: whoAsked,
      what,
      ...(also.length > 0 && { alsoWho: also }),
      ...(alsoWhat.length > 0 && { alsoWhat }),
      ...(tenant !== undefined && { tenantId: tenant.id, tenant: tenant.name }),
      ...(keys.length > 0 && { keys }),
      ...aboutIndex(index, relevantToReach),
      notes: waysNotes(index, answer),
    },
    list: 'rows',
    rows: () => answer.ways(),
  };
}

/** What an index is of, and what it cannot know: fields of every answer. */
export function aboutIndex(index: FileIndex, relevant: readonly string[]): object {
  const { path, summary, gap, inheritance, unknown, isHumansOnly } = index;
  return {
    file: path,
    ...originOf(summary),
    ...momentField(index),
    notDerived: gap,
    inheritance,
    nextLogin: { unknown: nextLoginInWords(index) },
    ...notReadField(index, relevant),
    ...(isHumansOnly && { humansOnly: true }),
    ...unknownField(unknown),
  };
}

/** The steps of ways, as a drawing has them. */
export function* edgesOf(chains: Iterable<Chain>): Generator<DrawnEdge> {
  for (const { from, links, when, certainty } of chains) {
    let at = from;
    for (const { by, to } of links) {
      const isLater = when === 'next_login' && (by === 'gives' || by === 'passes_down');
      yield {
        from: at,
        to,
        label: labelOf(by),
        isDotted: isLater || (certainty === 'uncertain' && by === 'passes_down') || by === 'made',
      };
      at = to;
    }
  }
}
