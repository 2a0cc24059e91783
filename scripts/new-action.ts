// Writes the skeleton of an action and a test that fails until somebody has filled it in: `npm run new:action --
// disable_user`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { actionSkeleton, actionSteps } from './new/action.ts';
import { told, writeSkeleton } from './new/write.ts';

told('new:action', () => {
  const [id, ...others] = parseArgs({ allowPositionals: true }).positionals;
  if (id === undefined || others.length > 0) {
    throw new Error('name one action in snake_case: npm run new:action -- disable_user');
  }
  const skeleton = actionSkeleton(id);
  writeSkeleton(join(import.meta.dirname, '..'), skeleton);
  return { skeleton, steps: actionSteps(id) };
});
