import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSync } from 'rolldown/utils';

/** A node of the syntax tree, of whatever kind, with its place in the text. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A source file, by its path below the project, parsed when it is first asked for. */
export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly program: () => SyntaxNode;
}

/** A function, method, class, variable or property with a name, and all names around it: `Catalog.roleIn`. */
export interface NamedScope {
  readonly name: string;
  readonly node: SyntaxNode;
}

/** Where a node stands, and how it is written. */
const notCompared = new Set(['start', 'end', 'range', 'loc', 'parent', 'raw', 'directive']);

/** The syntax tree of a text; throws where it has an error. */
export function parse(path: string, text: string): SyntaxNode {
  const { program, errors } = parseSync(path, text, {
    lang: path.endsWith('x') ? 'tsx' : 'ts',
    preserveParens: false,
  });
  const [error] = errors;
  if (error !== undefined) {
    throw new SyntaxError(`${path}: ${error.message}`);
  }
  return program as unknown as SyntaxNode;
}

/** All files of a folder that are written by hand. */
export function sourceFiles(root: string, folder = 'src'): ParsedFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: relative(root, file).split(sep).join('/') }))
    .filter(({ path }) => !path.startsWith('src/gen/'))
    .map(({ file, path }) => parsedFile(path, readFileSync(file, 'utf8')));
}

/** A text as a file that is parsed once, when it is first asked for. */
export function parsedFile(path: string, text: string): ParsedFile {
  let program: SyntaxNode | undefined;
  return { path, text, program: () => (program ??= parse(path, text)) };
}

/** The nodes directly under a node: one at a time, or as the lists that they stand in. */
export function childLists(node: SyntaxNode): SyntaxNode[][] {
  return Object.values(node)
    .map((value) => (Array.isArray(value) ? value : [value]).filter(isNode))
    .filter((nodes) => nodes.length > 0);
}

/** A node and all nodes under it. */
export function* allNodes(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of childLists(node).flat()) {
    yield* allNodes(child);
  }
}

/** Every named scope under a node, the outer ones first. */
export function* namedScopes(node: SyntaxNode, outer = ''): Generator<NamedScope> {
  const own = nameOf(node);
  const name = [outer, own].filter((part) => part !== undefined && part !== '').join('.');
  if (own !== undefined) {
    yield { name, node };
  }
  for (const child of childLists(node).flat()) {
    yield* namedScopes(child, name);
  }
}

/**
 * What a node means, apart from how it is laid out: equal for nodes that differ in white space, commas, quotes or
 * parentheses.
 */
export function meaningOf(node: SyntaxNode): string {
  return JSON.stringify(node, (key: string, value: unknown) => {
    if (notCompared.has(key)) {
      return undefined;
    }
    return typeof value === 'bigint' ? String(value) : value;
  });
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return identifier(node['id']);
    case 'VariableDeclaration': {
      const [first, ...others] = node['declarations'] as readonly SyntaxNode[];
      return others.length === 0 ? identifier(first?.['id']) : undefined;
    }
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return node['computed'] === true ? undefined : identifier(node['key']);
    default:
      return undefined;
  }
}

function identifier(node: unknown): string | undefined {
  if (!isNode(node)) {
    return undefined;
  }
  if (node.type === 'Identifier') {
    return String(node['name']);
  }
  if (node.type === 'PrivateIdentifier') {
    return `#${String(node['name'])}`;
  }
  return undefined;
}
