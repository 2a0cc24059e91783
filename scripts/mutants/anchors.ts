import { distance } from 'fastest-levenshtein';
import { allNodes, childLists, meaningOf, namedScopes, parse, type ParsedFile, type SyntaxNode } from './syntax.ts';

/**
 * A change to the source, anchored to its syntax: in the one function, method, class or variable of that name
 * (`Catalog.roleIn`, or as much of its end as is needed), the one place that is written like `find` is replaced. `find`
 * is an expression, statements, properties of an object or members of a class. White space, commas, quotes and
 * parentheses do not count, nor does the file.
 */
export interface Edit {
  readonly inside: string;
  readonly find: string;
  readonly replace: string;
}

/** A place in a file. */
export interface Place {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

interface Fragment {
  readonly kind: 'expression' | 'list';
  readonly nodes: readonly SyntaxNode[];
}

/** The one place of an anchor; throws where there is none or more than one, and names the nearest. */
export function findAnchor(files: readonly ParsedFile[], { inside, find }: Pick<Edit, 'inside' | 'find'>): Place {
  const fragment = parseFragment(find);
  const last = inside.split('.').at(-1) ?? inside;
  const scopes = files
    .filter(({ text }) => text.includes(last))
    .flatMap((file) =>
      Array.from(namedScopes(file.program()), (scope) => ({ ...scope, file })).filter(
        ({ name }) => name === inside || name.endsWith(`.${inside}`),
      ),
    );
  if (scopes.length === 0) {
    throw new Error(
      `nothing in src is called ${inside}; ${nearestNames(files, inside)}; ${elsewhere(files, fragment)}`,
    );
  }
  const found = scopes.flatMap(({ node, file }) => placesOf(fragment, node, file.path));
  const different = found.filter((place, index) => found.findIndex((other) => isSame(place, other)) === index);
  const [only, ...others] = different;
  if (only === undefined) {
    const nearest = nearestPlaces(
      fragment,
      scopes.map(({ node, file }) => ({ node, file })),
    );
    throw new Error(`\`${find}\` is not in ${inside}; ${nearest}; ${elsewhere(files, fragment)}`);
  }
  if (others.length > 0) {
    throw new Error(
      `\`${find}\` is in ${inside} ${different.length} times: ${different.map((place) => shown(files, place)).join(', ')}`,
    );
  }
  return only;
}

/** The file's text with a fault in it, which must still parse. */
export function textWith(file: ParsedFile, { start, end }: Place, { find, replace }: Edit): string {
  const isExpression = parseFragment(find).kind === 'expression';
  const code = isExpression ? `(${replace})` : replace;
  const text = `${file.text.slice(0, start)}${code}${file.text.slice(end)}`;
  parse(file.path, text);
  return text;
}

/** The ways in which a piece of code can stand alone, the narrowest first. */
function parseFragment(code: string): Fragment {
  const attempts: readonly (() => Fragment)[] = [
    () => ({ kind: 'expression', nodes: [inner(`async () => (\n${code}\n)`, 'body')] }),
    () => ({ kind: 'list', nodes: statements(code) }),
    () => ({ kind: 'list', nodes: innerList(`async () => ({\n${code}\n})`, 'body', 'properties') }),
    () => ({ kind: 'list', nodes: innerList(`(class {\n${code}\n})`, 'body', 'body') }),
  ];
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // not one of these
    }
  }
  throw new Error(`\`${code}\` is no expression, no statement, no property and no member of a class`);
}

function inner(code: string, ...fields: readonly string[]): SyntaxNode {
  const [statement] = parse('fragment.ts', code)['body'] as readonly SyntaxNode[];
  let node = statement?.['expression'] as SyntaxNode;
  for (const field of fields) {
    node = node[field] as SyntaxNode;
  }
  return node;
}

/** A property looks like a statement with a label, which this project has none of. */
function statements(code: string): readonly SyntaxNode[] {
  const nodes = innerList(`async () => {\n${code}\n}`, 'body', 'body');
  if (nodes.some(({ type }) => type === 'LabeledStatement')) {
    throw new Error('a property');
  }
  return nodes;
}

function innerList(code: string, holder: string, field: string): readonly SyntaxNode[] {
  const nodes = inner(code, holder)[field] as readonly SyntaxNode[];
  if (nodes.length === 0) {
    throw new Error('an anchor must not be empty');
  }
  return nodes;
}

function placesOf({ nodes }: Fragment, scope: SyntaxNode, path: string): Place[] {
  const wanted = nodes.map((node) => ({ type: node.type, meaning: meaningOf(node) }));
  const runs = [[scope], ...Array.from(allNodes(scope), childLists).flat()];
  return runs.flatMap((run) =>
    run.flatMap((first, index) => {
      const window = run.slice(index, index + wanted.length);
      const isMatch = wanted.every(({ type, meaning }, place) => {
        const node = window[place];
        return node?.type === type && meaningOf(node) === meaning;
      });
      return isMatch ? [{ path, start: first.start, end: window.at(-1)?.end ?? first.end }] : [];
    }),
  );
}

function isSame(a: Place, b: Place): boolean {
  return a.path === b.path && a.start === b.start && a.end === b.end;
}

function shown(files: readonly ParsedFile[], { path, start }: Place): string {
  const text = files.find((file) => file.path === path)?.text ?? '';
  return `${path}:${text.slice(0, start).split('\n').length}`;
}

function elsewhere(files: readonly ParsedFile[], fragment: Fragment): string {
  const places = files.flatMap((file) => {
    const found = placesOf(fragment, file.program(), file.path);
    const scopes = [...namedScopes(file.program())];
    return found.map((place) => {
      const around = scopes.findLast(({ node }) => node.start <= place.start && place.end <= node.end);
      return `${around?.name ?? 'no function'} (${shown(files, place)})`;
    });
  });
  return places.length === 0 ? 'that code is nowhere in src' : `that code is in ${places.slice(0, 4).join(', ')}`;
}

function nearestNames(files: readonly ParsedFile[], inside: string): string {
  const names = new Set(files.flatMap((file) => Array.from(namedScopes(file.program()), ({ name }) => name)));
  const parts = inside.split('.').length;
  const nearest = nearestOf([...names], inside, (name) => name.split('.').slice(-parts).join('.'));
  return `nearest names: ${nearest.join(', ')}`;
}

function nearestPlaces(
  { nodes }: Fragment,
  scopes: readonly { readonly node: SyntaxNode; readonly file: ParsedFile }[],
): string {
  const [wanted] = nodes;
  const candidates = scopes.flatMap(({ node, file }) =>
    Array.from(allNodes(node))
      .filter(({ type }) => type === wanted?.type)
      .map((candidate) => ({ candidate, file })),
  );
  const meaning = wanted === undefined ? '' : meaningOf(wanted);
  const nearest = nearestOf(candidates, meaning, ({ candidate }) => meaningOf(candidate)).map(({ candidate, file }) => {
    const text = file.text.slice(candidate.start, candidate.end).replaceAll(/\s+/g, ' ');
    return `\`${text.slice(0, 120)}\` (${shown([file], { ...candidate, path: file.path })})`;
  });
  return nearest.length === 0 ? 'nothing there is of its kind' : `nearest there: ${nearest.join(', ')}`;
}

function nearestOf<T>(all: readonly T[], wanted: string, textOf: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, far: distance(textOf(one), wanted) }))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ one }) => one);
}
