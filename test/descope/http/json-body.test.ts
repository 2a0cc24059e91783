import { array, assert, dictionary, jsonValue, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLargeList } from '../../../src/descope/http/json-body.ts';
import { tenantList } from '../../../src/descope/tenants.ts';
import { parseWholeList } from '../../../src/descope/whole-list.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** What the whole parser makes of a text, and what the one that goes row by row does. */
function bothWays(text: string): readonly [unknown, unknown] {
  const rows: unknown[] = [];
  const attempt = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (thrown) {
      return thrown instanceof SyntaxError ? 'not JSON' : thrown;
    }
  };
  const whole = attempt(() => JSON.parse(text) as unknown);
  const rest = attempt(() => parseLargeList(bytes(text), 'rows', (row) => void rows.push(row)));
  return [whole, rows.length > 0 && rest !== 'not JSON' ? { ...(rest as object), rows } : rest];
}

describe('a list that is opened row by row', () => {
  it.each([
    '{"rows":[]}',
    ' { "rows" : [ ] } ',
    '{"rows":[1,"two",{"three":[3,{"rows":[]}]},null]}',
    '{"a":{"rows":[1]},"rows":[{"x":"]},{\\"[\\\\"}],"b":["rows",[2]]}',
    '{"a":"rows","b":[1],"rows":[2]}',
    '{"rows":{"rows":[1]}}',
    '{"rows":null}',
    '{}',
    'null',
    '7',
    '{"rows":[1,]}',
    '{"rows":[,1]}',
    '{"rows":[1 2]}',
    '{"rows":[1}',
    '{"rows":[1]',
    '{"rows":[1]}]',
    '{"rows":["a]}',
    '{"rows":["a\\"]}',
    '{"rows":[{]}]}',
    '',
    '{"total":1,"rows":[{"name":"Jos\u00e9 \ud83e\udd8a \u2028"}]}',
  ])('is what it is when it is parsed at once: %s', (text) => {
    const [whole, byRow] = bothWays(text);
    expect(byRow).toEqual(whole);
  });

  it('is so for any object', () => {
    assert(
      property(
        array(jsonValue()),
        dictionary(
          string().filter((key) => key !== 'rows'),
          jsonValue(),
        ),
        nat(4),
        (rows, others, indent) => {
          const text = JSON.stringify({ ...others, rows }, undefined, indent);
          const [whole, byRow] = bothWays(text);
          expect(byRow).toEqual(whole);
        },
      ),
    );
  });

  it('is no text that was cut anywhere', () => {
    const text = JSON.stringify({ ok: true, rows: [{ id: 'a', tags: ['x', '"'] }, { id: 'b' }], total: 2 });
    for (let length = 0; length < text.length; length += 1) {
      expect(
        () => parseLargeList(bytes(text.slice(0, length)), 'rows', () => undefined),
        text.slice(0, length),
      ).toThrow(SyntaxError);
    }
  });

  it('names the row that is broken or repeated in a list of 5 MB', () => {
    const tenants = Array.from({ length: 15_000 }, (_, place) => ({ id: `T${place}`, name: 'x'.repeat(300) }));
    const body = (last: unknown): Uint8Array => bytes(JSON.stringify({ tenants: [...tenants, last] }));

    expect(parseWholeList(tenantList, body({ id: 'last' }))).toHaveLength(15_001);
    expect(() => parseWholeList(tenantList, body({ id: 'last', name: 5 }))).toThrow(
      'tenant "last", tenants[15000]: "name" is not a string',
    );
    expect(() => parseWholeList(tenantList, body({ id: 'T7' }))).toThrow(
      'tenant "T7" is listed twice (rows 8 and 15001)',
    );
    expect(() =>
      parseWholeList(tenantList, bytes(`${JSON.stringify({ tenants }).slice(0, -1)},"tenants":[{"id":"T"}]}`)),
    ).toThrow('there twice');
  });
});
