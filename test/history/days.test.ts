import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDays } from '../support/store-days.ts';

describe('the answers of a store', () => {
  it('on each day are those of the file that was kept on that day, whatever the names', async () => {
    await expect(checkDays(async (folder) => join(folder, 'access.db'), 4)).resolves.toBeUndefined();
  });
});
