import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { readLastC1z } from '../../src/output/last-c1z.ts';
import { envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startPlatform, taskId } from '../support/platform.ts';

it('dials the platform without a command, uploads what sync writes, and traces its tasks', async () => {
  await using stack = new AsyncDisposableStack();
  const emulator = stack.adopt(await startEmulator({}), (open) => open.close());
  await using platform = await startPlatform({ nextPollMs: 100 });
  await using folder = await temporaryFolder();
  await using receiver = await startOtlpReceiver();
  const [caFile, temp] = [join(folder.path, 'ca.pem'), await temporaryFolder()];
  stack.use(temp);
  await writeFile(caFile, platform.ca);
  const env = {
    ...envOf(emulator),
    BATON_C1_CA_FILE: caFile,
    BATON_HEALTH_CHECK_PORT: 'off',
    BATON_INCLUDE: 'finding',
  };
  await using cli = startCli([], {
    ...env,
    ...platform.env,
    BATON_C1Z_TEMP_DIR: temp.path,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  });
  const id = platform.give({ id: taskId('full'), taskType: { case: 'syncFull', value: {} } });
  const refused = platform.give({ id: taskId('refused'), taskType: { case: 'grant', value: {} } });

  const [finish] = await Promise.all([platform.finished(id), platform.finished(refused)]);
  const { code, stdout, stderr } = await cli.stop();

  expect(finish).toMatchObject({ taskId: id, hostId: 'host-1', finalState: { case: 'success', value: {} } });
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `connected to localhost:${platform.port}\n` });
  const calls = platform.asked.map(({ call }) => call);
  expect(calls.slice(0, 3)).toEqual(['Token', 'Hello', 'GetTask']);
  expect(calls.filter((call) => call !== 'GetTask').toSorted()).toEqual(
    ['Token', 'Hello', 'Heartbeat', 'UploadAsset', 'FinishTask', 'FinishTask'].toSorted(),
  );
  expect(platform.asked[1]?.userAgent).toMatch(/^gentle-otter-1 baton-sdk\/v[\d.]+ baton-descope\/[\d.]+ /);
  expect(await readdir(temp.path)).toEqual([]);

  const spans = receiver.spans();
  const task = spans.find(({ name }) => name === 'task syncFull');
  expect(task?.parentSpanId ?? '').toBe('');
  const within = spans.filter(({ parentSpanId }) => parentSpanId === task?.spanId).map(({ name }) => name);
  expect(within).toContain('POST /v2/mgmt/user/search');
  expect(within.filter((name) => name.startsWith('c1.connectorapi'))).toEqual([
    'c1.connectorapi.baton.v1.BatonService/UploadAsset',
    'c1.connectorapi.baton.v1.BatonService/FinishTask',
  ]);
  expect(spans.find(({ name }) => name === 'task grant')?.status).toMatchObject({ code: 2 });
  expect(spans.filter(({ name }) => name.endsWith('/GetTask'))).toEqual([]);

  const [uploaded, written] = [join(folder.path, 'uploaded.c1z'), join(folder.path, 'written.c1z')];
  await writeFile(uploaded, platform.uploads[0]?.bytes ?? '');
  await runCli(['sync', '--out', written], { env });
  const [there, here] = [await readLastC1z(uploaded), await readLastC1z(written)];
  expect(there).toMatchObject({
    projectId: emulator.projectId,
    counts: { resources: { user: expect.any(Number), finding: expect.any(Number) } },
  });
  expect(there).toEqual(here);
});
