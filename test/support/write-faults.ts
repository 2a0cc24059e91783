import type { Fault } from '../../src/emulator/emulator.ts';

// What can go wrong with one write, whatever it writes. Of each row the fault matrix wants the same: the record named
// and no other is changed, once, and nothing is a success that reading back does not show.

const answering = (status: number, applied: boolean): Fault => ({ kind: 'status', status, applied });

/** The write happens, and its answer does not say so. */
export const lostAfterEffect: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers', applied: true }],
  ['a reset in the body', { kind: 'reset', at: 'mid-body' }],
  ['a time-out', answering(408, true)],
  ['500', answering(500, true)],
  ['503', answering(503, true)],
  ['524 in HTML', { kind: 'status', status: 524, applied: true, body: '<html>A timeout occurred</html>' }],
  ['429', { kind: 'status', status: 429, applied: true, headers: { 'retry-after': '1' } }],
  ['a login page', { kind: 'body', body: 'html' }],
  ['204', { kind: 'body', body: 'no-content' }],
  ['a list', { kind: 'body', body: 'array' }],
  ['an error inside a 200', { kind: 'body', body: 'error-envelope' }],
];

/** The write does not happen, and the answer leaves that open. */
export const lostBeforeEffect: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset', at: 'before-headers' }],
  ['a time-out', answering(408, false)],
  ['500', answering(500, false)],
  ['503', answering(503, false)],
  ['429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
  ['a redirect', { kind: 'redirect', status: 307, location: 'http://127.0.0.1:9/' }],
];

/** The write is refused: the status, and what a caller is told. */
export const refusedWrites = [400, 401, 403, 409] as const;

/** Descope says yes and does nothing. */
export const noop: Fault = { kind: 'status', status: 200, body: {} };
