import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import { GrantManagerService } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ResourcesService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '../../src/gen/grpc/health/v1/health_pb.ts';
import type { HealthReport } from '../../src/observe/health.ts';
import { readLastSync } from '../../src/output/last-sync.ts';
import { methodDefinition } from '../../src/server/wire.ts';
import { envOf, runCli, type RunningCli, startCli, temporaryFolder } from '../support/cli.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { tellingLoads } from '../support/loads.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { eventually } from '../support/eventually.ts';

vi.setConfig({ testTimeout: 60_000 }); // processes start slowly on a busy machine

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 150 });
});
afterAll(() => emulator.close());

interface RunningServe extends AsyncDisposable {
  readonly process: RunningCli;
  readonly grpc: string;
  readonly pages: string;
}

/** A serve on free ports, with its addresses. */
async function serve(flags: readonly string[], env: Readonly<Record<string, string>>): Promise<RunningServe> {
  const process = startCli(['serve', '--listen', '127.0.0.1:0', '--health-check-port', '0', ...flags], env);
  const [, grpc = ''] = await process.until(/listening on (.*)\n/);
  const [, pages = ''] = await process.until(/health and metrics on (.*)\n/);
  return { process, grpc, pages, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

async function healthAt(pages: string): Promise<HealthReport & { readonly httpStatus: number }> {
  const answer = await fetch(`${pages}/health`);
  return { ...((await answer.json()) as HealthReport), httpStatus: answer.status };
}

async function metricAt(pages: string, name: string): Promise<number> {
  const text = await (await fetch(`${pages}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`baton_descope_${name}`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** A metric, once it is the same in two answers after each other. */
async function settled(pages: string, name: string): Promise<number> {
  let last = Number.NaN;
  return await eventually(async () => {
    const before = last;
    last = await metricAt(pages, name);
    expect(last).toBe(before);
    return last;
  });
}

describe('serve with a schedule', () => {
  it('syncs at its times, shows how it is, takes a rotated key up, tells no names, and sends traces where asked to', async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startOtlpReceiver();
    const keyFile = join(folder.path, 'key');
    await writeFile(keyFile, 'K2outdated');
    const { DESCOPE_MANAGEMENT_KEY: key = '', ...project } = envOf(emulator);
    const out = join(folder.path, 'out');
    await using running = await serve(['--sync-every', '1s', '--out', out, '--keep', '2', '--log-level', 'debug'], {
      ...project,
      DESCOPE_MANAGEMENT_KEY_FILE: keyFile,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    });
    const { process, grpc, pages } = running;

    await process.until(/"kind":"unauthenticated".*\n/);
    const refused = await healthAt(pages);
    const refusedCheck = await runCli(['health-check', '--health-check-port', new URL(pages).port]);
    await writeFile(keyFile, key);
    await process.until(/(sync complete[\s\S]*){3}\n/);
    await callWithTrace(grpc, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const well = await healthAt(pages);
    const wellCheck = await runCli(['health-check', '--health-check-port', new URL(pages).port]);
    const synced = await metricAt(pages, 'syncs_total{outcome="complete"}');
    const age = await metricAt(pages, 'last_complete_sync_age_seconds');
    const metrics = await (await fetch(`${pages}/metrics`)).text();
    const { code, stderr, stdout } = await process.stop();

    expect(refused).toMatchObject({
      httpStatus: 503,
      status: 'failing',
      details: { descope: { status: 'failing', lastFailure: { what: '401' } } },
    });
    expect(refusedCheck.code).toBe(1);
    expect(well).toMatchObject({
      httpStatus: 200,
      status: 'ok',
      details: { descope: { status: 'ok' }, sync: { status: 'ok', failuresInARow: 0 } },
    });
    expect(wellCheck).toMatchObject({ code: 0, stdout: expect.stringContaining('"status": "ok"') as string });
    expect(synced).toBeGreaterThanOrEqual(3);
    expect(age).toBeLessThan(30);
    expect(metrics).toMatch(/grpc_calls_total\{method="c1.connector.v2.ConnectorService\/Validate",code="OK"\} 1/);
    expect(code).toBe(0);

    const names = (await readdir(out)).toSorted();
    expect(names).toHaveLength(3);
    expect(names[0]).toBe('latest.json');
    expect((await readLastSync(join(out, 'latest.json')))?.counts.resources['user']).toBe(150);

    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly run: string; readonly msg: string; readonly sync?: string });
    expect(new Set(lines.map(({ run }) => run)).size).toBe(1);
    expect(lines.filter(({ msg }) => msg.startsWith('sync ')).every(({ sync }) => sync !== undefined)).toBe(true);

    const spans = receiver.spans();
    const sync = spans.findLast(({ name }) => name === 'sync');
    const search = spans.filter(
      ({ name, traceId }) => name === 'POST /v2/mgmt/user/search' && traceId === sync?.traceId,
    );
    const call = spans.find(({ name }) => name === 'c1.connector.v2.ConnectorService/Validate');
    expect(search.length).toBeGreaterThan(0);
    expect(search.every(({ parentSpanId }) => parentSpanId === sync?.spanId)).toBe(true);
    expect(call).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' });
    expect(spans.filter(({ parentSpanId }) => parentSpanId === call?.spanId)).toHaveLength(4);
    expect(spans.find(({ name }) => name === 'sync')?.status).toMatchObject({ code: 2 }); // the first, with the outdated key
    expect(receiver.resource()).toMatchObject({
      'service.name': 'baton-descope',
      'service.instance.id': lines[0]?.run,
      'deployment.environment': 'test',
    });

    const told = [stdout, stderr, metrics, receiver.text(), JSON.stringify(well), JSON.stringify(refused)].join('\n');
    const personal = [...emulator.state.users()]
      .flatMap(({ userId, loginIds, email, name }) => [userId, loginIds, email, name].flat())
      .filter((text) => text !== undefined && text.length > 4);
    expect(personal.length).toBeGreaterThan(300);
    expect(personal.filter((text) => told.includes(text))).toEqual([]);
    expect([key, 'K2outdated'].filter((secret) => told.includes(secret))).toEqual([]);
  });

  it('is stopped in the middle of a sync: exit 0, nothing half done, the file before as it was', async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, 'out');
    await mkdir(out);
    await writeFile(join(out, 'latest.json'), 'the file before');
    const stuck = await startEmulator();
    const match = { endpoint: 'POST /v2/mgmt/user/search', nth: 3 };
    stuck.faults.add({ match, times: Number.POSITIVE_INFINITY, fault: { kind: 'hang', at: 'before-headers' } });
    await using running = await serve(['--sync-every', '1h', '--out', out], envOf(stuck));

    await running.process.until(/sync started/);
    await eventually(() => expect(stuck.stats.total).toBeGreaterThan(3));
    const { code, stderr } = await running.process.stop();
    await stuck.close();

    expect(code).toBe(0);
    expect(stderr).toContain('sync cancelled');
    expect(stderr).not.toContain('"level":"error"');
    expect(await readFile(join(out, 'latest.json'), 'utf8')).toBe('the file before');
    expect((await readdir(out)).filter((name) => !/^(latest|sync-.*)\.json$/.test(name))).toEqual([]);
  });

  it('keeps to six requests in flight, syncs and calls together', async () => {
    await using folder = await temporaryFolder();
    const slow = await startEmulator({ latencyMs: 300 });
    await using running = await serve(['--sync-every', '1h', '--out', folder.path], envOf(slow));

    await running.process.until(/sync started/);
    await eventually(() => expect(slow.stats.total).toBeGreaterThan(6));
    await Promise.all([1, 2, 3].map(() => grpcCall(running.grpc, ConnectorService.method.validate, {})));
    await running.process.until(/sync complete/);
    const { maxInFlight } = slow.stats;
    await running.process.stop();
    await slow.close();

    expect(maxInFlight).toBeLessThanOrEqual(6);
    expect(maxInFlight).toBeGreaterThan(3);
  });
});

describe('serve while Descope is down', () => {
  it(
    'is alive and ready, says that it fails, also through gRPC, and sends nothing because somebody asks',
    { retry: 2 },
    async () => {
      const first = await startEmulator({ users: 10 });
      const env = envOf(first);
      await using running = await serve([], env);
      const { grpc, pages } = running;
      await grpcCall(grpc, ConnectorService.method.validate, {});
      const before = await grpcHealthOf(grpc, '');
      await first.close();

      // Not Validate, whose last success counts for some seconds.
      const askTenants = () => grpcCall(grpc, ResourcesService.method.listResources, { resourceTypeId: 'tenant' });
      const code = (await failureOf(askTenants())).code;
      const sentBefore = await settled(pages, 'api_requests_total'); // those beside the one that failed end after it
      const seen = await Promise.all(
        Array.from(
          { length: 30 },
          async (_, place) => (await fetch(`${pages}/${['live', 'ready', 'health'][place % 3]}`)).status,
        ),
      );
      const during = await Promise.all([grpcHealthOf(grpc, ''), grpcHealthOf(grpc, ConnectorService.typeName)]);
      const sentAfter = await metricAt(pages, 'api_requests_total');
      const second = await startEmulator({ users: 10, port: Number(new URL(env['DESCOPE_BASE_URL'] ?? '').port) });
      await askTenants();
      const after = [(await healthAt(pages)).status, await grpcHealthOf(grpc, '')];
      await running.process.stop();
      await second.close();

      expect(code).toBe(status.UNAVAILABLE);
      expect(seen).toEqual(Array.from({ length: 10 }, () => [200, 200, 503]).flat());
      expect(sentAfter).toBe(sentBefore);
      expect([before, ...during, after[1]]).toEqual([
        Serving.SERVING,
        Serving.NOT_SERVING,
        Serving.SERVING,
        Serving.SERVING,
      ]);
      expect(after[0]).toBe('ok');
    },
  );
});

describe('the port of the health pages', () => {
  it('that is taken ends serve with exit 6 and one line, before gRPC listens', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const run = await runCli(['serve', '--listen', '127.0.0.1:0', '--health-check-port', String(port)], {
      env: envOf(emulator),
    });
    other.close();

    expect(run.code).toBe(6);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(
      new RegExp(
        `^baton-descope: cannot serve the health pages on 127\\.0\\.0\\.1:${port}: the port is taken; ` +
          `[^\\n]*--health-check-port[^\\n]*\\n$`,
      ),
    );
  });

  it.each([
    [['health-check', '--health-check-port', '9'], 1, 'is serve running'],
    [['health-check', '--health-check-port', 'off'], 2, 'is off'],
    [['serve', '--sync-every', '1h'], 2, '--out'],
  ])('%j: exit %d, and why', async (args, code, message) => {
    const run = await runCli(args, { env: args[0] === 'serve' ? envOf(emulator) : {} });

    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('serve -p, without OTEL variables', () => {
  it('counts changes and calls as they end, and does not even load OpenTelemetry', async () => {
    await using folder = await temporaryFolder();
    const telling = tellingLoads(folder.path);
    await using running = await serve(['-p'], { ...envOf(emulator), ...telling.env });
    const { grpc, pages, process } = running;

    const { code } = await failureOf(grpcCall(grpc, GrantManagerService.method.grant, {}));
    const metrics = await (await fetch(`${pages}/metrics`)).text();
    await process.stop();

    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(metrics).toContain('baton_descope_changes_total{operation="grant",outcome="refused"} 1');
    expect(metrics).toContain(
      'baton_descope_grpc_calls_total{method="c1.connector.v2.GrantManagerService/Grant",code="INVALID_ARGUMENT"} 1',
    );
    const { files, modules } = telling.read();
    const loaded = [...files, ...modules];
    expect(loaded.filter((path) => path.includes('/prom-client/'))).not.toEqual([]);
    expect(loaded.filter((path) => /@opentelemetry\/(sdk|exporter|core|resources|context)/.test(path))).toEqual([]);
  });
});

async function grpcHealthOf(address: string, service: string): Promise<Serving> {
  return (await grpcCall(address, Health.method.check, { service })).status;
}

/** A Validate whose caller is part of a trace. */
async function callWithTrace(address: string, traceparent: string): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('traceparent', traceparent);
  const method = ConnectorService.method.validate;
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  await new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, {}),
      metadata,
      (error, message) => (error === null ? resolve(message) : reject(error)),
    );
  });
  client.close();
}
