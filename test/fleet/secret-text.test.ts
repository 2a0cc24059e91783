import { expect, it } from 'vitest';
import { secretText } from '../../src/fleet/secret-text.ts';

const printed = (script: string): Promise<string> =>
  secretText(
    { command: ['sh', '-c', script] },
    { source: 'fleet.yaml:3:5: key', what: 'the key', env: {}, base: '.', signal: new AbortController().signal },
  );

it.each([
  ['echo secret; kill -KILL $$', 'was ended by SIGKILL'],
  ['echo secret; exit 3', 'ended with 3'],
  ['yes secret | head -c 70000', 'printed more than 64 KB'],
])(
  'a program that prints a secret, and fails, is told by how it ended, and by nothing of the secret: %s',
  async (script, how) => {
    const failure = await printed(script).catch((thrown: unknown) => String(thrown));

    expect(failure).toContain(how);
    expect(failure).not.toContain('secret');
  },
);

it('what a program prints is taken without the space around it', async () => {
  expect(await printed("printf ' key \\n'")).toBe('key');
});
