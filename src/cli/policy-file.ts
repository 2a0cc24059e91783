import { readFile } from 'node:fs/promises';
import { reading } from '../answers/faults.ts';
import { readPolicy } from '../checks/policy/read.ts';
import { type Policy, policySchema } from '../checks/policy/schema.ts';

/** The policy in a file; `config` with file and line where something in it is wrong. */
export async function policyIn(path: string): Promise<Policy> {
  return readPolicy(path, await reading(path, () => readFile(path, 'utf8')));
}

/** The same; one that changes nothing where no file is named. */
export async function policyOrNone(path: string | undefined): Promise<Policy> {
  return path === undefined ? policySchema.parse({ version: 1 }) : await policyIn(path);
}
