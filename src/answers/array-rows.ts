import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** Lets a statement give rows as arrays, which the types of Node do not know of: many rows take half the time. */
export function inArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}

/** The rows of a statement, each the values of its columns in their order, read while they are asked for. */
export function arraysOf(
  statement: StatementSync,
  ...values: readonly SQLInputValue[]
): Iterable<readonly SQLOutputValue[]> {
  return inArrays(statement).iterate(...values) as unknown as Iterable<readonly SQLOutputValue[]>; // see `inArrays`
}
