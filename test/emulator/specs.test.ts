import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultSwitches, parseFault, parseSwitches } from '../../src/emulator/emulator.ts';
import type { FaultRule } from '../../src/emulator/emulator.ts';
import { switchTable } from '../../src/emulator/switches.ts';

describe('parseSwitches', () => {
  it('reads words, numbers and rate limits', () => {
    expect(parseSwitches(['tieOrder=shuffled', 'totalDrift=-2', 'rateLimit=search:5/60/10,general:100/60'])).toEqual({
      tieOrder: 'shuffled',
      totalDrift: -2,
      rateLimit: 'search:5/60/10,general:100/60',
    });
    expect(parseSwitches([])).toEqual({});
  });

  it.each([
    ['tieOrder', 'emulator switch "tieOrder": expected name=value'],
    ['shoeSize=3', 'emulator switch "shoeSize" is unknown; known are maxLimit, overMaxLimit'],
    ['toString=3', 'emulator switch "toString" is unknown'],
    ['tieOrder=odd', 'emulator switch tieOrder: "odd" is not one of stable, shuffled'],
    ['maxLimit=0', 'emulator switch maxLimit: "0" is not a whole number from 1 to 100000'],
    ['maxLimit=1e3', 'emulator switch maxLimit: "1e3" is not a whole number from 1 to 100000'],
    ['rateLimit=search:5', 'emulator switch rateLimit: "search:5" is not off, documented or'],
  ])('refuses %s in one line', (pair, message) => {
    expect(() => parseSwitches([pair])).toThrow(message);
    expect(() => parseSwitches([pair])).toThrow(/^[^\n]+$/);
  });

  it('knows a default for every switch', () => {
    expect(defaultSwitches).toMatchObject({ maxLimit: 100, unknownFields: 'reject', total: 'exact', rateLimit: 'off' });
  });
});

describe('the table of switches in docs/emulator.md', () => {
  const page = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.split('|').slice(1, -1);
    if (cells.length !== 4) return [];
    const [names = '', values = '', , mark = ''] = cells;
    return [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({
      name,
      default: /[^\s`,(]+/.exec(values)?.[0],
      mark: /\b[DSIX]\b/.exec(mark)?.[0],
    }));
  });
  const marks = { documented: 'D', seen: 'S', inferred: 'I', invented: 'X', setting: undefined };

  it.each(Object.entries(switchTable))('has %s with its default and how sure we are of it', (name, definition) => {
    expect(rows.filter((row) => row.name === name)).toEqual([
      { name, default: String(definition.default), mark: marks[definition.certainty] },
    ]);
  });
});

describe('parseFault', () => {
  const endpoint = 'POST /v2/mgmt/user/search';

  it.each<[string, Omit<FaultRule, 'name'>]>([
    [
      `${endpoint}@3=503`,
      { match: { endpoint, nth: 3 }, times: 1, fault: { kind: 'status', status: 503, applied: false } },
    ],
    [
      '/v1/mgmt/role/all=429;retry-after=2;html',
      {
        match: { endpoint: '/v1/mgmt/role/all' },
        times: 1,
        fault: {
          kind: 'status',
          status: 429,
          applied: false,
          body: '<html><body><h1>429</h1></body></html>',
          headers: { 'retry-after': '2' },
        },
      },
    ],
    [
      '*@2+=hang',
      {
        match: { nth: 2 },
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'hang', at: 'before-headers', applied: false },
      },
    ],
    ['*x4=reset;mid-body', { match: {}, times: 4, fault: { kind: 'reset', at: 'mid-body', applied: false } }],
    ['*=500;applied', { match: {}, times: 1, fault: { kind: 'status', status: 500, applied: true } }],
    ['*=slow:10/1000', { match: {}, times: 1, fault: { kind: 'slow', chunkBytes: 10, everyMs: 1000 } }],
    ['*=delay:500', { match: {}, times: 1, fault: { kind: 'delay', ms: 500 } }],
    ['*=truncate:well-framed', { match: {}, times: 1, fault: { kind: 'truncate', how: 'well-framed' } }],
    ['*=body:users-null', { match: {}, times: 1, fault: { kind: 'body', body: 'users-null' } }],
    [
      '*=redirect:302:https://elsewhere.invalid/login?a=b',
      {
        match: {},
        times: 1,
        fault: { kind: 'redirect', status: 302, location: 'https://elsewhere.invalid/login?a=b' },
      },
    ],
  ])('reads %s', (spec, expected) => {
    expect(parseFault(spec)).toEqual({ name: spec, ...expected });
  });

  it.each([
    ['503', 'expected <METHOD /path>'],
    ['*=99', '99 is no status'],
    ['*=explode', 'unknown fault "explode"'],
    ['*=503;loudly', 'unknown option "loudly"'],
    ['*=slow', 'slow takes <bytes>/<ms>'],
    ['*=delay:soon', 'delay takes milliseconds'],
    ['*=body:odd', 'body takes one of html'],
    ['*=redirect:200:x', 'redirect takes one of 301'],
  ])('refuses %s in one line that names it', (spec, message) => {
    expect(() => parseFault(spec)).toThrow(`emulator fault "${spec}": ${message}`);
  });
});
