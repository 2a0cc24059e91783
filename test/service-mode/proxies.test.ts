import { describe, expect, it } from 'vitest';
import { chooseProxy } from '../../src/descope/http/proxy.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startPlatform } from '../support/platform.ts';
import { company } from '../support/provisioning-server.ts';
import { endOf, fullSync, startService } from '../support/service.ts';

const host = 'platform.example';

describe('a proxy', () => {
  it('is gone through for the token and for every call, with the name and password of its address', async () => {
    await using platform = await startPlatform({ host, nextPollMs: 100 });
    await using proxy = await startConnectProxy({ to: { port: platform.port } });
    const env = { HTTPS_PROXY: `http://jo:p%40ss@127.0.0.1:${proxy.port}` };
    await using bench = await startService({
      at: platform,
      emulator: { project: company() },
      proxy: chooseProxy(`https://${host}:${platform.port}`, env),
    });

    expect(await endOf(bench, platform.give(fullSync('through')))).toMatchObject({ code: 'OK' });
    const authorization = `Basic ${Buffer.from('jo:p@ss').toString('base64')}`;
    expect(new Set(proxy.asked.map((asked) => JSON.stringify(asked)))).toEqual(
      new Set([JSON.stringify({ target: `${host}:${platform.port}`, authorization })]),
    );
    expect(proxy.asked.length).toBeGreaterThan(1);
  });

  it('that refuses is told, and tried again', async () => {
    await using platform = await startPlatform({ host });
    await using proxy = await startConnectProxy({ refuse: 403 });
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await using bench = await startService({
      at: platform,
      emulator: { project: company() },
      proxy: chooseProxy(`https://${host}:${platform.port}`, env),
    });
    while (proxy.asked.length < 3) {
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }

    expect(bench.log()).toMatch(
      /platform\.example:\d+ \(through the proxy 127\.0\.0\.1:\d+ of HTTPS_PROXY\) cannot be reached/,
    );
    expect(platform.asked).toEqual([]);
  });

  it('that speaks https itself is refused before anything is sent', async () => {
    await using platform = await startPlatform({ host });
    const env = { HTTPS_PROXY: 'https://127.0.0.1:9' };

    await expect(
      startService({
        at: platform,
        emulator: { project: company() },
        proxy: chooseProxy(`https://${host}:${platform.port}`, env),
      }),
    ).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('http:// proxies only') as string });
  });
});
