import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { frameOf, overPrevious, type ScreenSize, type Watched } from '../../src/cli/fleet-frame.ts';
import type { ProjectStatus } from '../../src/fleet/status.ts';

const nowMs = new Date(2026, 10, 30, 12, 3, 4).getTime();
const project = (name: string, fields: Partial<ProjectStatus> = {}): ProjectStatus => ({
  id: `P2${name}`,
  name,
  labels: {},
  state: 'ok',
  givenUpInARow: 0,
  passedOver: 0,
  nextMs: nowMs + 60_000,
  last: { startedMs: nowMs - 64_000, finishedMs: nowMs - 60_000, users: 12_345, grants: 9, requests: 3, slotMs: nowMs },
  ...fields,
});
const failed = (name: string): ProjectStatus =>
  project(name, {
    state: 'given-up',
    note:
      `unauthenticated (try 4 of 4): Descope refused the management key of ${name}: it has ended, or was ` +
      'deleted in the console by somebody',
  });

/** So many projects, every tenth of which was given up, and every seventh in line. */
const many = (count: number): ProjectStatus[] =>
  Array.from({ length: count }, (_none, place) => {
    const name = `company-${place}-${'production'.slice(0, place % 11)}`;
    return place % 10 === 7 ? failed(name) : project(name, place % 7 === 0 ? { state: 'waiting' } : {});
  });

const frame = (
  projects: readonly ProjectStatus[],
  size: Partial<ScreenSize> = {},
  more: Partial<Watched> = {},
): readonly string[] =>
  frameOf(
    {
      file: 'fleet.yaml',
      engine: 'sqlite:fleet.db',
      seen: { look: { projects, groups: [] }, atMs: nowMs },
      failure: undefined,
      nowMs,
      ...more,
    },
    { height: 24, width: 80, ...size },
  );

describe('a frame of a watched fleet', () => {
  it.each(
    [0, 1, 3, 30, 300].flatMap((count) =>
      [
        { height: 24, width: 80 },
        { height: 10, width: 60 },
        { height: 50, width: 200 },
        { height: 3, width: 40 },
        { height: 1, width: 20 },
      ].map((size) => Object.assign({ count }, size)),
    ),
  )('of $count projects is no higher and no wider than $height lines of $width', ({ count, ...size }) => {
    const away = {
      sinceMs: nowMs - 65_000,
      reason: 'no way to the database: connect ECONNREFUSED 10.0.0.1:5432 after so long',
    };
    const groups = Array.from({ length: 9 }, (_none, place) => ({
      name: `g${place}`,
      atWork: 1,
      atOnce: 2,
      requestsPerMinute: 60,
      pausedMs: undefined,
    }));
    for (const more of [{}, { failure: away }, { seen: { look: { projects: many(count), groups }, atMs: nowMs } }]) {
      const lines = frame(many(count), size, more);
      expect(lines.length).toBeLessThanOrEqual(size.height);
      expect(lines.filter((line) => stringWidth(line) > size.width)).toEqual([]);
      expect(lines[0]).toContain('12:03:04');
    }
  });

  it('shows few projects in the order of the file, with the clock above and the count below', () => {
    const lines = frame([project('a'), failed('b'), project('c')]);

    expect(lines[0]).toBe('12:03:04  fleet.yaml  sqlite:fleet.db');
    expect(lines.filter((line) => /^ {2}\w/.test(line)).map((line) => line.trim().split(' ')[0])).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(lines.at(-1)).toBe('3 projects: 2 ok, 1 given up');
  });

  it('shows the worst first where not all fit, fills the screen, and counts what is left out', () => {
    const lines = frame(many(300));
    const shown = lines.filter((line) => line.startsWith('  company'));
    const [, left = '', ok = '', waiting = ''] =
      /^ {2}and (\d+) more: (\d+) ok, (\d+) in line, /.exec(lines.at(-2) ?? '') ?? [];

    expect(shown.every((line) => line.includes('given up'))).toBe(true);
    expect(shown.length + Number(left)).toBe(300);
    expect(Number(ok) + Number(waiting)).toBe(270);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.at(-1)).toBe(`300 projects: ${ok} ok, ${waiting} in line, 30 given up`);
  });

  it('says that the engine is away, since when, and how old is what it shows', () => {
    const lines = frame(
      [project('a')],
      {},
      {
        seen: { look: { projects: [project('a')], groups: [] }, atMs: nowMs - 65_000 },
        failure: { sinceMs: nowMs - 60_000, reason: 'it is down' },
      },
    );

    expect(lines.slice(1, 3)).toEqual([
      'The engine does not answer, for 60 s: it is down',
      'Below is what was so 65 s ago.',
    ]);
    expect(frame([], {}, { seen: undefined, failure: { sinceMs: nowMs, reason: 'it is down' } })[1]).toContain(
      'it is down',
    );
  });

  it('is drawn over the one before in one piece: each line cleared to its end, nothing scrolls', () => {
    const drawn = overPrevious(['a', 'b']);

    expect(drawn).toBe('\u001B[?2026h\u001B[Ha\u001B[K\r\nb\u001B[K\u001B[J\u001B[?2026l');
  });
});
