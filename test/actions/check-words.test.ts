import { describe, expect, it } from 'vitest';
import { actions } from '../../src/actions/actions.ts';
import { checkWords } from '../../src/actions/check-words.ts';
import type { ActionField, ActionWords } from '../../src/model/action-schema.ts';

const user: ActionField = { name: 'user_id', displayName: 'User', description: 'Who.', type: 'id', of: 'user' };
const wave: ActionWords = {
  name: 'wave_at_user',
  displayName: 'Wave',
  description: 'Waves.',
  kinds: ['account'],
  arguments: [user],
  results: [],
};

describe('the schemas of actions', () => {
  it('of this connector are right', () => {
    expect(() => checkWords(actions.map(({ words }) => words))).not.toThrow();
  });

  it.each<[string, readonly Partial<ActionWords>[], RegExp]>([
    ['a name that is not in snake case', [{ name: 'waveAtUser' }], /waveAtUser.*snake_case/],
    ['no words', [{ description: '' }], /no description/],
    ['no kind', [{ kinds: [] }], /no kind/],
    ['two arguments of one name', [{ arguments: [user, user] }], /two fields user_id/],
    ['a result that every action has', [{ results: [{ ...user, name: 'error' }] }], /results of every action/],
    ['an id of no type', [{ arguments: [{ ...user, type: 'text' }] }], /names a type without being an id/],
    ['a field without words', [{ arguments: [{ ...user, description: '' }] }], /user_id has no words/],
    [
      'a pattern for a part of the text',
      [{ arguments: [{ name: 'mail', displayName: 'Mail', description: 'Where.', type: 'text', pattern: '@' }] }],
      /pattern of mail/,
    ],
    [
      'a constraint on what is no argument',
      [{ constraints: [{ kind: 'at-least-one', fields: ['user_id', 'user'] }] }],
      /names user, which is no argument/,
    ],
    ['two of one name', [{}, {}], /share a name: wave_at_user/],
    [
      'two of one type that are for the same',
      [
        { resourceTypeId: 'user', kinds: ['resource-delete'] },
        { name: 'remove', resourceTypeId: 'user', kinds: ['resource-delete'] },
      ],
      /resource-delete of user/,
    ],
  ])('are refused at the start for %s', (_what, changes, why) => {
    expect(() => checkWords(changes.map((change) => ({ ...wave, ...change })))).toThrow(why);
  });

  it('may share a name in different types, and be dynamic twice in one', () => {
    const ofUser = { ...wave, resourceTypeId: 'user', kinds: ['dynamic'] } as const;

    expect(() =>
      checkWords([wave, ofUser, { ...ofUser, name: 'nod' }, { ...ofUser, resourceTypeId: 'tenant' }]),
    ).not.toThrow();
  });
});
