import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, it, vi } from 'vitest';
import { pages, root } from './pages.ts';

type Receive = (headers: Readonly<Record<string, string>>, body: string) => unknown;

it('the receiver of docs/webhooks.md takes an event once, and nothing that was changed', async () => {
  const page = pages().find(({ path }) => path === 'docs/webhooks.md')?.text ?? '';
  const code = /^```js\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const folder = join(root, 'node_modules', '.cache', 'webhooks-page'); // where its import is found
  await mkdir(folder, { recursive: true });
  const path = join(folder, `receiver-${process.pid}.mjs`);
  await writeFile(path, code);
  vi.stubEnv('HOOK_SECRET', secret);
  try {
    const { receive } = (await import(path)) as { readonly receive: Receive };
    const body = '{"id":"r1.changes.1"}';
    const at = new Date();
    const headers = {
      'webhook-id': 'r1.changes.1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign('r1.changes.1', at, body),
    };
    expect(() => receive(headers, `${body} `)).toThrow('No matching signature');
    expect(receive(headers, body)).toEqual({ id: 'r1.changes.1' });
    expect(receive(headers, body)).toBeUndefined();
  } finally {
    vi.unstubAllEnvs();
    await rm(path);
  }
});
