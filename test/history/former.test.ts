import { join } from 'node:path';
import { describeFormer } from '../support/store-former.ts';

describeFormer(async (folder) => join(folder, 'a.db'));
