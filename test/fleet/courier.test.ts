import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { type FleetEngine, usualEventTimes } from '../../src/fleet/engine.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { openSqliteEngine } from '../../src/fleet/sqlite-engine.ts';
import { statusOf } from '../../src/fleet/status.ts';
import { createCourier } from '../../src/fleet/webhooks/courier.ts';
import type { SendToHook } from '../../src/fleet/webhooks/deliver.ts';
import { hookKey } from '../../src/fleet/webhooks/events.ts';
import { silentLogger } from '../../src/log.ts';
import { temporaryFolder } from '../support/cli.ts';
import { made, testEventTimes as eventTimes } from '../support/engine-behaviour.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';

const url = 'https://hooks.example/a';
const fleet: Fleet = hourlyFleet(1, {}, () => ({ webhooks: [{ url, secret: { env: 'S' } }] }));
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let engine: FleetEngine;
let nowMs: number;
beforeEach(async () => {
  folder = await temporaryFolder();
  nowMs = 1_800_000_000_000;
  engine = openSqliteEngine(join(folder.path, 'fleet.db'), { groups: new Map(), eventTimes, now: () => nowMs });
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Publishes a run with so many events. */
async function publish(count: number, hook = hookKey({ url })): Promise<void> {
  await engine.put({ project: 'P0', slotMs: nowMs, tries: 3, group: undefined });
  const lease = await engine.take('w');
  const events = Array.from({ length: count }, (_none, at) => ({ hook, id: `e${at}`, body: '{}' }));
  expect(lease !== undefined && (await engine.publish(lease, made, () => undefined, events))).toBe(true);
}

/** Sends what is due, once. */
async function send(how: SendToHook, from: Pick<FleetEngine, 'events'> = engine): Promise<void> {
  const courier = createCourier({
    fleet,
    engine: from,
    send: how,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  await courier.sendDue();
  await courier.end();
}
const noteOf = async (): Promise<string | undefined> => {
  const project = fleet.projects[0];
  const [states, events] = [await engine.states(), await engine.events.states()];
  return project && statusOf(project, states.get('P0'), nowMs, events.get('P0')).note;
};

it('sends eight events at once at most, and the others when those are done with', async () => {
  await publish(20);
  let atOnce = 0;
  let most = 0;
  const sent: string[] = [];
  const how: SendToHook = async (_project, hook, { id }) => {
    most = Math.max(most, (atOnce += 1));
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    sent.push(`${id} to ${hook.url}`);
    return 'sent';
  };
  await send(how);
  expect(sent).toHaveLength(8);
  await send(how);
  await send(how);
  expect(most).toBe(8);
  expect(new Set(sent).size).toBe(20);
  expect(await engine.events.states()).toEqual(new Map());
});

it('sends again what was not taken, or could not be tried, and tells it in the status until it is', async () => {
  await publish(1);
  expect(await noteOf()).toBeUndefined();
  await send(async () => ({ message: 'https://hooks.example answered 503', isFinal: false }));
  expect(await noteOf()).toBe('webhook: 1 to be sent: https://hooks.example answered 503');
  nowMs += 120_000;
  await send(async () => {
    throw new ConnectorError('config', 'S is not set');
  });
  expect(await noteOf()).toBe('webhook: 1 to be sent: S is not set');
  nowMs += 120_000;
  await send(async () => ({ message: 'https://hooks.example answered 410', isFinal: true }));
  expect(await noteOf()).toBe('webhook: 1 given up: https://hooks.example answered 410');
  await engine.events.retry('P0');
  await send(async () => 'sent');
  expect(await noteOf()).toBeUndefined();
});

it('leaves what is for an unknown webhook to workers with a newer file, and puts it away after eight tries', async () => {
  await engine[Symbol.asyncDispose]();
  engine = openSqliteEngine(join(folder.path, 'fleet.db'), { groups: new Map(), now: () => nowMs });
  await publish(2, 'of-another');
  const nothing: SendToHook = async () => {
    throw new Error('nothing is to be sent');
  };
  for (let attempt = 1; attempt < 8; attempt += 1) {
    await send(nothing);
    expect([...(await engine.events.states()).values()]).toMatchObject([{ waiting: 2, dead: 0 }]);
    nowMs += usualEventTimes.longestPauseMs * 2;
  }
  await send(nothing);
  expect(await engine.events.states()).toEqual(new Map());
});

it('sends an event again where the engine did not hear that it was taken', async () => {
  await publish(1);
  const deaf = async (): Promise<never> => {
    throw new ConnectorError('unavailable', 'the engine is away');
  };
  let sent = 0;
  const how: SendToHook = async () => {
    sent += 1;
    return 'sent';
  };
  await send(how, { events: { ...engine.events, end: deaf } });
  await send(how);
  expect(sent).toBe(1);
  nowMs += eventTimes.leaseMs + 1;
  await send(how); // finds that nothing was heard of it
  nowMs += eventTimes.longestPauseMs * 2;
  await send(how);
  expect(sent).toBe(2);
  expect(await engine.events.states()).toEqual(new Map());
});
