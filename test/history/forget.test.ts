import { join } from 'node:path';
import { describe } from 'vitest';
import { itForgets } from '../support/store-forgetting.ts';
import { storeInFile } from '../support/store-kinds.ts';

describe('somebody who is forgotten in a store', () => {
  itForgets(async (folder) => storeInFile(join(folder, 'access.db')));
});
