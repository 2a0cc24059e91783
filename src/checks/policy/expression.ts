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

/** Functions of the library, and what to use instead. */
const notOffered: ReadonlyMap<string, string> = new Map([
  ['matches', 'use contains, startsWith, endsWith or split'],
  ['join', 'compare the entries of the list, with exists or all'],
]);

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
    const refused = refusedIn(parsed.ast, false) ?? aliasIn(parsed.ast, variable);
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
          return { undecided: undecidedBy(thrown) };
        }
      },
    };
  } catch (thrown) {
    return faultOf(thrown);
  }
}

/** The library lets through what Node says of a time or a zone that there is not. */
function undecidedBy(thrown: unknown): string {
  if (thrown instanceof EvaluationError) {
    return inWords(thrown.summary);
  }
  if (thrown instanceof RangeError || thrown instanceof TypeError || thrown instanceof SyntaxError) {
    return inWords(thrown.message);
  }
  throw thrown;
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

/**
 * What could take time without bounds: loops in loops, texts that multiply, and regular expressions that go back and forth;
 * and what would lead to a time that there is not, which is neither before nor after any other.
 */
function refusedIn(node: ASTNode, isInside: boolean): ExpressionFault | undefined {
  const name = node.op === 'rcall' || node.op === 'call' ? node.args[0] : '';
  const instead = notOffered.get(name);
  if (instead !== undefined) {
    return { fault: `${name} is not offered: ${instead}`, offset: node.start };
  }
  if (node.op === 'call' && name === 'duration') {
    const fault = durationFault(node.args[1][0]);
    if (fault !== undefined) {
      return { fault, offset: node.start };
    }
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

/** A hundred years: as many as an expression can add up do not leave the times that there are. */
const longestDurationHours = 876_000;
const hoursOf: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600 };

function durationFault(given: ASTNode | undefined): string | undefined {
  if (given?.op !== 'value' || typeof given.args !== 'string') {
    return 'duration takes a text as it stands, such as "720h"';
  }
  const parts = given.args.matchAll(/(\d*\.?\d*)(ns|us|µs|ms|s|m|h)/g);
  const hours = Array.from(parts, ([, amount, unit = '']) => Number(amount) * (hoursOf[unit] ?? 1 / 3_600_000));
  return hours.reduce((sum, each) => sum + each, 0) > longestDurationHours
    ? `the duration is too long: it may have ${longestDurationHours}h`
    : undefined;
}

/**
 * The subject anywhere but before a field: by another name its fields would not be seen here, so that they were not read
 * and has() said that they are not there.
 */
function aliasIn(node: ASTNode, variable: string): ExpressionFault | undefined {
  if (node.op === 'id' && node.args === variable) {
    return { fault: `${variable} may stand only before one of its fields, as in ${variable}.id`, offset: node.start };
  }
  const children =
    node.op === '.' && node.args[0].op === 'id' && node.args[0].args === variable ? [] : childrenOf(node);
  for (const child of children) {
    const found = aliasIn(child, variable);
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
