import { join } from 'node:path';
import { describe } from 'vitest';
import { namesIn } from '../../src/history/store-names.ts';
import { itSuggests } from '../support/store-suggestions.ts';

describe('the names that a store suggests', () => {
  itSuggests(
    async (folder) => join(folder, 'access.db'),
    async (store, types, typed) => namesIn(store, types, typed),
  );
});
