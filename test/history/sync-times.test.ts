import { describe, expect, it } from 'vitest';
import type { KeptSync } from '../../src/history/store.ts';
import { timesOf } from '../../src/history/sync-times.ts';
import { finishOf } from '../support/history.ts';

const at = (day: number): string => new Date(finishOf(day)).toISOString();
const last: KeptSync = {
  n: 1,
  projectId: 'P1',
  syncId: 's1',
  startedAt: at(5),
  finishedAt: at(5),
  finishedMs: finishOf(5),
  added: 0,
  ended: 0,
  sizes: {},
};
const write = (day: number, nowDay: number): unknown =>
  timesOf(
    'a.db',
    {
      complete: true,
      projectId: 'P1',
      startedAt: at(day),
      finishedAt: at(day),
      counts: { resources: {}, grants: {} },
      contentHash: 'rows:1',
    },
    { projectId: 'P1', last },
    finishOf(nowDay),
  );

describe('a sync that is not later than the newest one of the store', () => {
  it('is refused as an older file', () => {
    expect(() => write(4, 9)).toThrow('is not later; import older files into a new store');
    expect(() => write(5, 9)).toThrow('is not later; import older files into a new store');
  });

  it('is refused with the clock as the cause where the newest one is of a time to come', () => {
    expect(() => write(4, 4)).toThrow('that time is still to come, so the clock was wrong when that sync went in');
  });
});
