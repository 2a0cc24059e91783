import { type Document, isAlias, isCollection, type Node, visit } from 'yaml';

/** What is wrong in a document, at a character of its text. */
export interface ValueFault {
  readonly at: number;
  readonly text: string;
}

/** What a document says as plain values, or why it has none that are of use to us. No value is repeated. */
export function plainValues(document: Document): { readonly value: unknown } | ValueFault {
  let fault: ValueFault | undefined;
  let lastReference = 0;
  visit(document, {
    Pair: (_key, { key }) => {
      if (isAlias(key) || isCollection(key)) {
        fault = { at: startOf(key), text: 'a name must be a text, and not a list, a map or a reference' };
        return visit.BREAK;
      }
      return undefined;
    },
    Alias: (_key, node, above) => {
      lastReference = startOf(node);
      const meant = node.resolve(document);
      if (meant === undefined) {
        fault = {
          at: lastReference,
          text: 'refers to nothing: no anchor (&) of this name stands before it; a text that begins with * needs quotes',
        };
      } else if (above.includes(meant)) {
        fault = { at: lastReference, text: 'refers to what it stands in: give the values themselves' };
      }
      return fault === undefined ? undefined : visit.BREAK;
    },
  });
  if (fault !== undefined) {
    return fault;
  }
  try {
    return { value: document.toJS() as unknown };
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError)) {
      throw thrown;
    }
    // References to references multiply; the parser stops before they fill the memory.
    return { at: lastReference, text: 'references (*) are nested too often: give the values themselves' };
  }
}

function startOf({ range }: Node): number {
  return range?.[0] ?? 0;
}
