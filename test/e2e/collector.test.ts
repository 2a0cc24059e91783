import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { createAuthority } from '../support/certificates.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';
import { startOtlpGrpcReceiver } from '../support/otlp-grpc-receiver.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

// Traces and logs go where the flags of every Baton connector say.

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (name: string): string => join(folder.path, name);

beforeAll(async () => {
  emulator = await startEmulator({ users: 20 });
  folder = await temporaryFolder();
});
afterAll(async () => {
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

const spans = ['sync', 'POST /v2/mgmt/user/search', 'GET /v1/mgmt/tenant/all'];

describe('traces of a run without a command', () => {
  it('go to the collector over gRPC with TLS, trusted by the CA that the flag names', async () => {
    const authority = await createAuthority('collector');
    await using collector = await startOtlpGrpcReceiver(await authority.issue('leaf'));
    await writeFile(at('ca.pem'), authority.cert);

    const flags = [
      '--otel-collector-endpoint',
      collector.address,
      '--otel-collector-endpoint-tls-cert-path',
      at('ca.pem'),
    ];
    const { code, stderr } = await runCli(['-f', at('a.json'), ...flags], { env: envOf(emulator) });

    expect(code).toBe(0);
    expect(stderr).toContain('no log lines');
    for (const span of spans) {
      expect(collector.text()).toContain(span);
    }
    expect(collector.text()).toContain('baton-descope');
    expect(collector.text()).not.toContain(emulator.managementKey);
  });

  it('go there without TLS where that is said in the environment', async () => {
    await using collector = await startOtlpGrpcReceiver();
    const env = {
      ...envOf(emulator),
      BATON_OTEL_COLLECTOR_ENDPOINT: collector.address,
      BATON_OTEL_COLLECTOR_ENDPOINT_TLS_INSECURE: 'true',
    };

    const { code, stderr } = await runCli(['sync', '--out', at('b.json')], {
      env: { ...env, BATON_OTEL_LOGGING_DISABLED: 'true' },
    });
    expect(code).toBe(0);
    expect(stderr).not.toContain('log lines');
    expect(collector.text()).toContain('POST /v2/mgmt/user/search');
  });

  it('do not go to a collector that nobody trusts; that is told, and the sync is made', async () => {
    const stranger = await createAuthority('stranger');
    await using collector = await startOtlpGrpcReceiver(await stranger.issue('leaf'));

    const { code, stderr } = await runCli(['-f', at('c.json'), '--otel-collector-endpoint', collector.address], {
      env: envOf(emulator),
    });

    expect(code).toBe(0);
    expect(stderr).toContain('traces could not be delivered');
    expect(collector.exports()).toBe(0);
    expect(JSON.parse(await readFile(at('c.json'), 'utf8'))).toMatchObject({ summary: { complete: true } });
  });

  it('are not sent where tracing is switched off', async () => {
    await using collector = await startOtlpGrpcReceiver();
    const flags = [
      '--otel-collector-endpoint',
      collector.address,
      '--otel-collector-endpoint-tls-insecure',
      '--otel-tracing-disabled',
    ];

    expect(await runCli(['-f', at('d.json'), ...flags], { env: envOf(emulator) })).toMatchObject({ code: 0 });
    expect(collector.exports()).toBe(0);
  });

  it('go over gRPC where the usual variables say so, and over HTTP where they do not', async () => {
    await using grpc = await startOtlpGrpcReceiver();
    await using http = await startOtlpReceiver();

    await runCli(['sync', '--out', at('e.json')], {
      env: {
        ...envOf(emulator),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${grpc.address}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      },
    });
    await runCli(['sync', '--out', at('f.json')], {
      env: { ...envOf(emulator), OTEL_EXPORTER_OTLP_ENDPOINT: http.endpoint },
    });

    expect(grpc.text()).toContain('POST /v2/mgmt/user/search');
    expect(http.spans().map(({ name }) => name)).toEqual(expect.arrayContaining(spans));
  });

  it('are refused with the form of an address, before anything is sent', async () => {
    const before = emulator.stats.total;

    const { code, stderr } = await runCli(['-f', at('g.json'), '--otel-collector-endpoint', 'otel.example'], {
      env: envOf(emulator),
    });

    expect(code).toBe(2);
    expect(stderr).toContain('such as otel.example:4317');
    expect(emulator.stats.total).toBe(before);
  });
});

describe('log lines', () => {
  it.each([
    ['the flag', (log: string) => ({ args: ['--log-path', log], more: {} })],
    ['the environment', (log: string) => ({ args: [], more: { BATON_LOG_PATH: log } })],
  ])('are appended to the file that %s names, and stderr has none of them', async (how, given) => {
    const log = at(`${how}.log`);
    const { args, more } = given(log);

    const { code, stderr } = await runCli(['-f', at('h.json'), '--log-level', 'debug', ...args], {
      env: { ...envOf(emulator), ...more },
    });

    expect(code).toBe(0);
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { endpoint?: string }).endpoint)).toContain(
      'POST /v2/mgmt/user/search',
    );
    expect(stderr).not.toContain('descope request');
  });

  it.each([
    ['no/such/folder.log', 6, 'the folder does not exist'],
    ['stdout', 2, 'cannot be stdout'],
  ])('to %s are refused, before anything is sent', async (path, code, words) => {
    const before = emulator.stats.total;

    const run = await runCli(['-f', at('i.json'), '--log-path', path], { env: envOf(emulator), cwd: folder.path });

    expect(run.code).toBe(code);
    expect(run.stderr).toContain(words);
    expect(emulator.stats.total).toBe(before);
  });
});
