import {
  type ASTNode,
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import { expressionLimits } from './expression-limits.ts';
import type { FieldType } from './subjects.ts';

/** A subject as an expression sees it. A field that is not known is not there. */
export type Subject = Readonly<Record<string, string | boolean | bigint | readonly string[] | Date>>;

/** An expression that was checked. */
export interface Expression {
  /** The fields of the subject that it names. */
  readonly fields: ReadonlySet<string>;
  readonly asksNow: boolean;
  /** Whether it holds; a reason in words where that cannot be decided, since something it asks is not known. */
  holds(subject: Subject, now: Date): boolean | { readonly undecided: string };
}

/** What is wrong in an expression, and at which of its characters. */
export interface ExpressionFault {
  readonly fault: string;
  readonly offset: number;
}

/** What goes through a list, or names a value: one of them inside another would multiply their cost. */
const nesting: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind', 'sortBy']);

/** Compiles the expression of a rule: over one variable with these fields, and the time of the sync, `now`. */
export function compileExpression(
  text: string,
  variable: string,
  fields: Readonly<Record<string, { readonly type: FieldType }>>,
): Expression | ExpressionFault {
  const { nodes, depth } = expressionLimits;
  const types = Object.fromEntries(Object.entries(fields).map(([name, { type }]) => [name, type]));
  const environment = new Environment({ limits: { maxAstNodes: nodes, maxDepth: depth } })
    .registerType('Subject', { fields: types })
    .registerVariable(variable, 'Subject')
    .registerVariable('now', 'google.protobuf.Timestamp');
  try {
    const parsed = environment.parse(text);
    const refused = refusedIn(parsed.ast, false);
    if (refused !== undefined) {
      return refused;
    }
    const { valid, type, error } = parsed.check();
    if (!valid) {
      return faultOf(error);
    }
    if (type !== 'bool') {
      return { fault: `must be true or false, and is a ${type ?? 'value of another kind'}`, offset: 0 };
    }
    const names = new Set<string>();
    let asksNow = false;
    visit(parsed.ast, (node) => {
      if (node.op === '.' && node.args[0].op === 'id' && node.args[0].args === variable) {
        names.add(node.args[1]);
      }
      asksNow ||= node.op === 'id' && node.args === 'now';
    });
    return {
      fields: names,
      asksNow,
      holds: (subject, now) => {
        try {
          return parsed({ [variable]: subject, now }) === true;
        } catch (thrown) {
          if (thrown instanceof EvaluationError) {
            return { undecided: inWords(thrown.summary) };
          }
          throw thrown;
        }
      },
    };
  } catch (thrown) {
    return faultOf(thrown);
  }
}

function faultOf(thrown: unknown): ExpressionFault {
  if (thrown instanceof ParseError || thrown instanceof CelTypeError || thrown instanceof EvaluationError) {
    return { fault: inWords(thrown.summary), offset: thrown.range?.start ?? 0 };
  }
  throw thrown;
}

/** The library's words, as a part of a sentence. */
function inWords(summary: string): string {
  const [first = ''] = summary.split('\n');
  return first
    .replace(/^No such key: (.*)$/, 'there is no field $1')
    .replace(/^Unknown variable: (.*)$/, 'there is no variable $1')
    .replace(/^Exceeded maxAstNodes.*$/, `is too long: it may have ${expressionLimits.nodes} parts`)
    .replace(/^Exceeded maxDepth.*$/, `is too deep: ${expressionLimits.depth} levels may be inside each other`)
    .replaceAll('google.protobuf.', '')
    .replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}

/** What could take time without bounds: loops in loops, and regular expressions that go back and forth. */
function refusedIn(node: ASTNode, isInside: boolean): ExpressionFault | undefined {
  const name = node.op === 'rcall' || node.op === 'call' ? node.args[0] : '';
  if (name === 'matches') {
    return { fault: 'matches is not offered: use contains, startsWith, endsWith or split', offset: node.start };
  }
  const isNesting = node.op === 'rcall' && nesting.has(name);
  if (isNesting && isInside) {
    return { fault: `${name} may not stand inside another all, exists, map, filter or bind`, offset: node.start };
  }
  for (const child of childrenOf(node)) {
    const found = refusedIn(child, isInside || isNesting);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function visit(node: ASTNode, take: (node: ASTNode) => void): void {
  take(node);
  childrenOf(node).forEach((child) => visit(child, take));
}

function childrenOf(node: ASTNode): ASTNode[] {
  return nodesIn(node.args);
}

function nodesIn(value: unknown): ASTNode[] {
  if (Array.isArray(value)) {
    return value.flatMap(nodesIn);
  }
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'start' in value;
}
