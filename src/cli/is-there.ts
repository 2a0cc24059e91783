import { stat } from 'node:fs/promises';
import { hasOsCode } from '../os-reasons.ts';

/** Whether something stands at a path; what cannot be looked at counts as there, and fails when it is opened. */
export async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (thrown: unknown) => !hasOsCode(thrown, 'ENOENT'),
  );
}
