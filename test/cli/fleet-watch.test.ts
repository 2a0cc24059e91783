import { describe, expect, it } from 'vitest';
import type { OpenedEngine } from '../../src/cli/fleet-engine.ts';
import { watchFleetStatus } from '../../src/cli/fleet-status-watch.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { FleetEngine } from '../../src/fleet/engine.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';

const away = new ConnectorError('unavailable', 'no way to the database');

/** What is drawn while the engine answers, or not, one look after the other; `closed` counts engines that were closed. */
async function watched(looks: readonly (ConnectorError | 'ok')[]) {
  const stopping = new AbortController();
  const [drawn, rest]: [string[], (ConnectorError | 'ok')[]] = [[], [...looks]];
  let closed = 0;
  const next = (): void => {
    const look = rest.shift();
    if (rest.length === 0) {
      stopping.abort();
    }
    if (look instanceof ConnectorError) {
      throw look;
    }
  };
  const engine = {
    states: async () => {
      next();
      return await Promise.resolve(new Map());
    },
    events: { states: async () => await Promise.resolve(new Map()) },
    [Symbol.asyncDispose]: async () => {
      closed += 1;
      await Promise.resolve();
    },
  } as unknown as FleetEngine;
  await watchFleetStatus({
    fleet: hourlyFleet(2),
    open: async (): Promise<OpenedEngine> => {
      if (rest[0] instanceof ConnectorError) {
        next();
      }
      return await Promise.resolve({ engine, name: 'made-up' });
    },
    signal: stopping.signal,
    write: (text) => drawn.push(text),
    wait: () => new Promise((resolve) => setImmediate(resolve)),
  });
  return { drawn, closed };
}

describe('a watched fleet', () => {
  it('goes on while its engine is away, at the start and later, says so, and closes it once', async () => {
    const { drawn, closed } = await watched([away, 'ok', away, 'ok', 'ok']);
    const frames = drawn
      .slice(1, -1)
      .map((text) => ({ away: text.includes('no way to the database'), table: text.includes('2 projects') }));

    expect(frames).toEqual(
      expect.arrayContaining([
        { away: true, table: false },
        { away: false, table: true },
        { away: true, table: true },
      ]),
    );
    expect(frames.at(-1)).toEqual({ away: false, table: true });
    expect([drawn[0]?.includes('[?1049h'), drawn.at(-1)?.includes('[?1049l'), closed]).toEqual([true, true, 1]);
  });

  it('ends before it draws where the engine is none', async () => {
    await expect(watched([new ConnectorError('config', 'that is no engine')])).rejects.toMatchObject({
      kind: 'config',
    });
  });
});
