import { printable } from '../printable.ts';
import type { TypedThing } from '../unknown.ts';
import { thingTitle } from './chain.ts';

/** An edge of a drawing. */
export interface DrawnEdge {
  readonly from: TypedThing;
  readonly to: TypedThing;
  readonly label: string;
  /** Dotted: not now, or not for sure. */
  readonly isDotted: boolean;
}

/** Mermaid itself draws no more by default. */
export const mostEdges = 400;

/**
 * A flowchart from left to right, each thing and each edge once. What goes beyond `mostEdges` is left out, and a comment
 * says so; `onCut` is told how many edges that are.
 */
export function* mermaidLines(
  edges: Iterable<DrawnEdge>,
  onCut: (edges: number) => void = () => undefined,
): Generator<string> {
  yield 'flowchart LR';
  const nodes = new Map<string, string>();
  const drawn = new Set<string>();
  let cut = 0;
  function* nodeOf(thing: TypedThing): Generator<string> {
    const key = JSON.stringify([thing.type, thing.id]);
    if (!nodes.has(key)) {
      const id = `n${nodes.size}`;
      nodes.set(key, id);
      const [open, close] = shapes[thing.type] ?? ['[', ']'];
      yield `  ${id}${open}"${escaped(thingTitle(thing))}"${close}`;
    }
  }
  const idOf = ({ type, id }: TypedThing): string => nodes.get(JSON.stringify([type, id])) ?? '';
  for (const { from, to, label, isDotted } of edges) {
    const key = JSON.stringify([from.type, from.id, to.type, to.id, label, isDotted]);
    if (drawn.has(key)) {
      continue;
    }
    if (drawn.size === mostEdges) {
      cut += 1;
      continue;
    }
    drawn.add(key);
    yield* nodeOf(from);
    yield* nodeOf(to);
    yield `  ${idOf(from)} ${isDotted ? '-.->' : '-->'}|"${escaped(label)}"| ${idOf(to)}`;
  }
  if (cut > 0) {
    yield `  %% ${cut} more edges are left out`;
    onCut(cut);
  }
}

const shapes: Readonly<Record<string, readonly [string, string]>> = {
  user: ['([', '])'],
  access_key: ['>', ']'],
  management_key: ['>', ']'],
  permission: ['{{', '}}'],
  tenant: ['[[', ']]'],
};

/** A text between quotes: what Mermaid, or HTML, would read as more than text is told by number. */
function escaped(text: string): string {
  return printable(text).replaceAll(/[^\p{L}\p{N} .,:@_/()+-]/gu, (character) => `#${character.codePointAt(0)};`);
}
