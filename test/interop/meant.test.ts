import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { meant, unmeant, unseen } from './dialling/meant.ts';
import { differencesOf } from './dialling/traces.ts';

describe('differences from the daemon of the Go SDK', () => {
  it('that are meant each have a row in the table of docs/protocol.md', async () => {
    const page = await readFile(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
    const rows = new Set([...page.matchAll(/^\| (?<point>[^|]+?) \|/gm)].map(({ groups }) => groups?.['point']));

    expect(meant.map(({ row }) => row).filter((row) => !rows.has(row))).toEqual([]);
  });

  it('are found in the order of calls, and in what is sent with them', () => {
    const daemon = [
      { name: 'Hello OK', facts: { a: '1', b: '2' } },
      { name: 'FinishTask x OK', facts: {} },
      { name: 'Heartbeat x OK', facts: {} },
    ];
    const ours = [
      { name: 'Hello OK', facts: { a: '1', c: '3' } },
      { name: 'Heartbeat x OK', facts: {} },
      { name: 'FinishTask x OK', facts: {} },
    ];

    expect(differencesOf(daemon, ours)).toEqual([
      'Hello OK: b: 2 / nothing',
      'Hello OK: c: nothing / 3',
      'only the daemon: FinishTask x OK',
      'only ours: FinishTask x OK',
    ]);
  });

  it('are meant in the run that they are for, and are then seen', () => {
    const lost = 'only ours: FinishTask sync OK';
    const run = 'a sync that is cancelled before it has begun';

    expect(unmeant('a full sync', [lost])).toEqual([lost]);
    const before = unseen().length;
    expect(unmeant(run, [lost])).toEqual([]);
    expect(unseen()).toHaveLength(before - 1);
  });
});
