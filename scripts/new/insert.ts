import { allNodes, parse, type SyntaxNode } from '../mutants/syntax.ts';

/** An element that a list of a file gets, and the import that brings it. */
export interface Insertion {
  readonly path: string;
  /** The variable whose array gets the element at its end. */
  readonly list: string;
  readonly element: string;
  readonly from: string;
}

/**
 * The file's text with the element in the list, and its import among those of the same folder. Throws where it is
 * there.
 */
export function inserted(text: string, { path, list, element, from }: Insertion): string {
  const program = parse(path, text);
  const array = arrayOf(program, list);
  if (array === undefined) {
    throw new Error(`${path} has no list called ${list} any more`);
  }
  const isThere = [...allNodes(program)].some((node) => node.type === 'Identifier' && node['name'] === element);
  if (isThere) {
    throw new Error(`${path} names ${element} already`);
  }
  const elements = array['elements'] as readonly SyntaxNode[];
  const last = elements.at(-1);
  const place = last?.end ?? array.start + 1;
  const withElement = `${text.slice(0, place)}${last === undefined ? '' : ', '}${element}${text.slice(place)}`;
  return withImport(withElement, program, `import { ${element} } from '${from}';`, from);
}

/** The array that a variable is set to, also one `as const`. */
function arrayOf(program: SyntaxNode, name: string): SyntaxNode | undefined {
  for (const node of allNodes(program)) {
    if (node.type === 'VariableDeclarator' && (node['id'] as SyntaxNode)['name'] === name) {
      const value = node['init'] as SyntaxNode;
      return value.type === 'TSAsExpression' ? (value['expression'] as SyntaxNode) : value;
    }
  }
  return undefined;
}

/** Imports stand in front of the list, so that their places are the same before and behind its change. */
function withImport(text: string, program: SyntaxNode, line: string, from: string): string {
  const imports = (program['body'] as readonly SyntaxNode[])
    .filter(({ type }) => type === 'ImportDeclaration')
    .map((node) => ({ node, specifier: String((node['source'] as SyntaxNode)['value']) }));
  const folder = (specifier: string): string => specifier.slice(0, specifier.lastIndexOf('/'));
  const sameFolder = imports.filter(({ specifier }) => folder(specifier) === folder(from));
  const behind = sameFolder.find(({ specifier }) => specifier > from);
  if (behind !== undefined) {
    return `${text.slice(0, behind.node.start)}${line}\n${text.slice(behind.node.start)}`;
  }
  const end = (sameFolder.at(-1) ?? imports.at(-1))?.node.end ?? 0;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}
