// Writes the skeleton of a resource type, its family in Descope and in the emulator, and tests that fail until somebody
// has filled it in: `npm run new:type -- widget --list /v1/mgmt/widget/all --key widgets`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { typeSkeleton, typeSteps } from './new/type.ts';
import { told, writeSkeleton } from './new/write.ts';

told('new:type', () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'string' },
      key: { type: 'string' },
      plural: { type: 'string' },
      post: { type: 'boolean' },
      provisioned: { type: 'boolean' },
    },
  });
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) {
    throw new Error(
      'name one type in snake_case: npm run new:type -- access_key [--list PATH] [--key FIELD] [--post] [--plural NAME] [--provisioned]',
    );
  }
  const { list, key, plural, post: isPost, provisioned: isProvisioned } = values;
  const options = { id, list, key, plural, isPost, isProvisioned };
  const skeleton = typeSkeleton(options);
  writeSkeleton(join(import.meta.dirname, '..'), skeleton);
  return { skeleton, steps: typeSteps(options) };
});
