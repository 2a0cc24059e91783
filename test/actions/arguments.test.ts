import type { JsonObject } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/actions/arguments.ts';
import type { ActionConstraint, ActionField, ActionWords } from '../../src/model/action-schema.ts';

const field = (name: string, more: Partial<ActionField>): ActionField => ({
  name,
  displayName: name,
  description: name,
  type: 'text',
  ...more,
});

function wordsOf(fields: readonly ActionField[], constraints: readonly ActionConstraint[] = []): ActionWords {
  return {
    name: 'wave',
    displayName: 'Wave',
    description: 'Waves.',
    kinds: ['dynamic'],
    arguments: fields,
    results: [],
    constraints,
  };
}

const words = wordsOf([
  field('user_id', { type: 'id', of: 'user' }),
  field('profile', { type: 'json', maxLength: 60 }),
  field('colour', { oneOf: ['red', 'green'] }),
  field('code', { pattern: '^[0-9]{3}$' }),
  field('nick', { maxLength: 3 }),
  field('tags', { type: 'texts' }),
]);

describe('the arguments of an action', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ user_id: 'U2Ada' }, { user_id: 'U2Ada' }],
    [{ user_id: { resource_type_id: 'user', resource_id: 'U2Ada' } }, { user_id: 'U2Ada' }],
    [{ user_id: { resource_type: 'user', resource: 'U2Ada' } }, { user_id: 'U2Ada' }],
    [{ profile: { email: null } }, { profile: { email: null } }],
    [{ profile: '{"email":"a@acme.example"}' }, { profile: { email: 'a@acme.example' } }],
    [
      { nick: '😀😀😀', colour: 'red', code: '123' },
      { nick: '😀😀😀', colour: 'red', code: '123' },
    ],
    [{ nick: null, colour: '' }, {}],
  ])('%j are taken as %j', (given, taken) => {
    expect(readArguments(words, given)).toEqual(taken);
  });

  it.each<[JsonObject, RegExp]>([
    [{ user_id: { resource_type_id: 'tenant', resource_id: 'acme' } }, /user_id of wave must be the id of a user/],
    [{ user_id: { resource_type_id: 'user' } }, /user_id of wave must be the id of a user/],
    [{ user_id: 7 }, /user_id of wave must be the id of a user/],
    [{ user_id: 'U'.repeat(1025) }, /at most 1024 characters/],
    [{ profile: 'no json' }, /profile of wave must be a JSON object/],
    [{ profile: '[1]' }, /profile of wave must be a JSON object/],
    [{ profile: { name: 'x'.repeat(60) } }, /profile of wave must be at most 60 characters/],
    [{ colour: 'blue' }, /colour of wave must be one of red, green/],
    [{ code: '1234' }, /code of wave must be as its description says/],
    [{ nick: '😀😀😀😀' }, /nick of wave must be at most 3 characters/],
    [{ tags: ['a', 'a'] }, /none of them twice/],
    [{ tags: [''] }, /1 to 1024 characters/],
    [{ tags: ['a', 7] }, /tags of wave must be a list of texts$/],
    [{ tags: 'a' }, /tags of wave must be a list of texts$/],
  ])('%j are refused, and no value is shown', (given, why) => {
    expect(() => readArguments(words, given)).toThrow(why);
    expect(() => readArguments(words, given)).not.toThrow(/blue|1234|no json/);
  });

  const [a, b, c] = [field('a', {}), field('b', {}), field('c', {})];
  const cases: readonly [ActionConstraint, readonly JsonObject[], readonly JsonObject[]][] = [
    [{ kind: 'required-together', fields: ['a', 'b'] }, [{}, { a: '1', b: '1' }], [{ a: '1' }, { b: '1' }]],
    [{ kind: 'at-least-one', fields: ['a', 'b'] }, [{ a: '1' }, { a: '1', b: '1' }], [{}, { c: '1' }, { a: null }]],
    [{ kind: 'mutually-exclusive', fields: ['a', 'b'] }, [{}, { b: '1' }], [{ a: '1', b: '1' }]],
    [{ kind: 'dependent-on', fields: ['a'], on: ['b', 'c'] }, [{}, { a: '1', b: '1', c: '1' }], [{ a: '1', b: '1' }]],
  ];

  it.each(cases)('keep to a constraint: %j', (constraint, good, bad) => {
    const bound = wordsOf([a, b, c], [constraint]);

    for (const args of good) expect(() => readArguments(bound, args)).not.toThrow();
    for (const args of bad)
      expect(() => readArguments(bound, args), JSON.stringify(args)).toThrow(/^wave (needs|takes)/);
  });
});
