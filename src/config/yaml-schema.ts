import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { ConnectorError } from '../errors.ts';
import { nearNames } from '../model/near-names.ts';
import { printable } from '../printable.ts';
import { holdsKey } from './key-form.ts';
import { explainYaml } from './yaml-faults.ts';
import { plainValues } from './yaml-values.ts';

/** Where a value stands in a file: names and places from the top. */
export type YamlPath = readonly (string | number)[];

/** Something that is wrong in a file, and where. The text names the place in words, too. */
export interface YamlProblem {
  readonly at: YamlPath;
  readonly text: string;
  /** Which character of the text that stands there is meant, and not its name. */
  readonly offset?: number | undefined;
}

export interface YamlFileRules<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** What the file is called where the fault is of the whole. */
  readonly what: string;
  /** What to say of a name that the schema does not have; told without a remedy where this is undefined. */
  readonly unknownName?: (above: YamlPath, name: string) => string | undefined;
  /** What to say where a text looks like a management key; such texts are not looked for where this is undefined. */
  readonly keyInside?: string;
  /** What the schema cannot see: things that come twice, or name what is not there. */
  readonly slips?: (read: z.output<Schema>) => readonly YamlProblem[];
}

/** What was read, and a way to say where something in it stands. */
export interface YamlRead<T> {
  readonly value: T;
  /** "fleet.yaml:3:5" of a path. */
  readonly placeOf: (at: YamlPath) => string;
}

/**
 * Reads the text of a file of ours by its schema: YAML, of which JSON is a part. What is wrong in it is one `config`
 * error, a line each, with file, line and column. Values are not repeated in it where they look like keys.
 */
export function readBySchema<Schema extends z.ZodType>(
  path: string,
  text: string,
  { schema, what, unknownName, keyInside, slips }: YamlFileRules<Schema>,
): YamlRead<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const fault = explainYaml(text, document.errors, () => true);
  if (fault !== undefined) {
    throw new ConnectorError('config', `${printable(path)}:${fault.line}:1 ${fault.text}`);
  }
  const placeOf = (at: YamlPath): string => `${printable(path)}:${lineOf(document, lines, at)}`;
  const placeIn = ({ at, offset }: YamlProblem): string => {
    const inside = offset === undefined ? undefined : placeInside(text, document.getIn(at, true), offset);
    if (inside === undefined) {
      return placeOf(at);
    }
    const { line, col } = lines.linePos(inside);
    return `${printable(path)}:${line}:${col}`;
  };
  const told = (problems: readonly YamlProblem[]): ConnectorError =>
    new ConnectorError('config', problems.map((problem) => `${placeIn(problem)} ${problem.text}`).join('\n'));
  if (keyInside !== undefined) {
    visit(document, {
      Scalar: (_key, node) => {
        if (typeof node.value === 'string' && holdsKey(node.value)) {
          const { line, col } = lines.linePos(node.range?.[0] ?? 0);
          throw new ConnectorError('config', `${printable(path)}:${line}:${col} ${keyInside}`);
        }
      },
    });
  }
  const plain = plainValues(document);
  if ('text' in plain) {
    const { line, col } = lines.linePos(plain.at);
    throw new ConnectorError('config', `${printable(path)}:${line}:${col} ${plain.text}`);
  }
  const read = schema.safeParse(plain.value ?? {});
  if (!read.success) {
    const of = (issue: z.core.$ZodIssue): readonly YamlProblem[] => problemsOf(issue, [], { what, unknownName });
    throw told(read.error.issues.flatMap(of));
  }
  const found = slips?.(read.data) ?? [];
  if (found.length > 0) {
    throw told(found);
  }
  return { value: read.data, placeOf };
}

/** A path in words: "projects.3.key". */
export function shownPath(at: YamlPath): string {
  return at.map((part) => (holdsKey(String(part)) ? '(what looks like a key)' : printable(String(part)))).join('.');
}

/** "; did you mean X?", or nothing where no name is near. */
export function orMeant(name: string, known: readonly string[]): string {
  const [near] = nearNames(name, known, 1);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

interface Words {
  readonly what: string;
  readonly unknownName: YamlFileRules<z.ZodType>['unknownName'] | undefined;
}

function problemsOf(issue: z.core.$ZodIssue, above: YamlPath, words: Words): readonly YamlProblem[] {
  const at = [...above, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'invalid_union') {
    const nearest = nearestOf(issue.errors);
    // A value that is of no way at all is told by the words of the schema, where it has some.
    const isOfNone = nearest.every(({ path, code }) => path.length === 0 && code === 'invalid_type');
    return isOfNone && issue.message !== 'Invalid input'
      ? [{ at, text: `${shownPath(at)}: ${issue.message}` }]
      : nearest.flatMap((one) => problemsOf(one, at, words));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      at: [...at, key],
      text: `${shownPath([...at, key])}: ${words.unknownName?.(at, key) ?? 'there is nothing of this name here'}`,
    }));
  }
  const where = at.length === 0 ? words.what : shownPath(at);
  return [{ at, text: `${where}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}` }];
}

/** Of the ways in which a value may be written, the one that it is nearest to: with the problem that lies deepest. */
function nearestOf(errors: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const depth = (issues: readonly z.core.$ZodIssue[]): number =>
    Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)));
  const [nearest = []] = errors.toSorted((one, other) => depth(other) - depth(one) || one.length - other.length);
  return nearest;
}

/**
 * Where a character of a text stands in the file; the start of the text where that cannot be told. Between quotes, escapes
 * and indentation the file holds the text line by line, so the line around the character is looked for.
 */
function placeInside(text: string, node: unknown, offset: number): number | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) {
    return undefined;
  }
  const [start, end] = node.range;
  const before = node.value.slice(0, offset).split('\n');
  const column = before.at(-1) ?? '';
  const [after = ''] = node.value.slice(offset).split('\n', 1);
  const written = text.slice(start, end);
  let from = 0;
  for (const line of before.slice(0, -1)) {
    from = Math.max(from, written.indexOf(line, from) + line.length);
  }
  const found = written.indexOf(column + after, from);
  return found === -1 ? start : start + found + column.length;
}

/** Line and column of what a path leads to, or of the nearest thing above it that is there. */
function lineOf(document: Document, lines: LineCounter, at: YamlPath): string {
  for (let length = at.length; length >= 0; length--) {
    const path = at.slice(0, length);
    const parent: unknown = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
    const key = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && String(item.key) === String(key))
      : undefined;
    const node: unknown = pair === undefined ? document.getIn(path, true) : pair.key;
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${line}:${col}`;
    }
  }
  return '1:1';
}
