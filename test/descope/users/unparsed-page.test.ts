import { describe, expect, it } from 'vitest';
import { createChannel } from '../../../src/descope/http/channel.ts';
import { Secret } from '../../../src/secret.ts';
import { anySearch, host, key, projectId, testClient } from '../support.ts';

const text = JSON.stringify({ users: [{ userId: 'U1' }], total: 1 });

/** Fetches a page whose body is the given bytes, and opens it. */
async function openPageOf(body: Uint8Array): Promise<unknown> {
  const channel = createChannel({ baseUrl: host, projectId, managementKey: () => new Secret(key) });
  const client = testClient({
    channel: {
      ...channel,
      send: async () => await Promise.resolve({ json: undefined, body, serverTimeMs: undefined }),
    },
  });
  return await (await client.fetchUsers(anySearch)).parse();
}

describe('the bytes of a page that was fetched ahead', () => {
  it('are freed when it is opened, and not at some later collection', async () => {
    const body = new TextEncoder().encode(text).slice();
    const { buffer } = body;

    expect(await openPageOf(body)).toMatchObject({ users: [{ userId: 'U1' }] });

    expect(buffer.detached).toBe(true);
  });

  it('are left alone where they share their memory with others', async () => {
    const shared = Buffer.from(`neighbour${text}neighbour`);
    const body = shared.subarray('neighbour'.length, shared.length - 'neighbour'.length);

    expect(await openPageOf(body)).toMatchObject({ users: [{ userId: 'U1' }] });

    expect(shared.toString()).toBe(`neighbour${text}neighbour`);
  });
});
