import { expect, it } from 'vitest';
import { registry } from '../../src/registry.ts';
import { optInTypes } from '../../src/sync-format/known-types.ts';

it('the readers of files know every type that is read only where it is asked for, and what asks for it', () => {
  const optIn = registry.filter(({ isOptIn }) => isOptIn === true);

  expect(optInTypes).toEqual(
    Object.fromEntries(optIn.map(({ words, includedWith = words.id }) => [words.id, includedWith])),
  );
});
