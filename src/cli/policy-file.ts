import { readFile } from 'node:fs/promises';
import { reading } from '../answers/faults.ts';
import { readPolicy } from '../checks/policy/read.ts';
import type { Policy } from '../checks/policy/schema.ts';

/** The policy in a file; `config` with file and line where something in it is wrong. */
export async function policyIn(path: string): Promise<Policy> {
  return readPolicy(path, await reading(path, () => readFile(path, 'utf8')));
}
