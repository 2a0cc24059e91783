import { afterEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { invoke, people, peopleAfter } from '../support/actions.ts';
import { type Provisioning, startProvisioning } from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect, noop, refusedWrites } from '../support/write-faults.ts';
import { rows } from './matrix-rows.ts';

let running: Provisioning | undefined;

async function start(): Promise<Provisioning> {
  running = await startProvisioning({ emulator: { project: people() } });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const always = Number.POSITIVE_INFINITY;
const sendsOf = ({ writes }: Provisioning, endpoint: string): number =>
  writes().filter((write) => write.endpoint === endpoint).length;

const bobGone = (state: Emulator['state']): unknown => state.deleteUser('U2Bob');

describe.each(rows)('$name, at $endpoint', (row) => {
  const { name, args, endpoint, change, before = () => undefined, isShown, typeId, gone = bobGone } = row;
  const { records = 1, failing = records, left = before, leftOfGone = () => undefined } = row;
  const after = (state: Emulator['state']): unknown => change(state);

  it.each(lostAfterEffect)(
    'that happened and is answered by %s is done once, and told as done',
    async (_what, fault) => {
      const at = await start();
      const rule = at.fault(endpoint, fault);

      const { status } = await invoke(at, name, args, typeId);

      expect([status, rule.fired]).toEqual(['COMPLETE', 1]);
      expect(sendsOf(at, endpoint)).toBe(records + (isShown ? 0 : 1));
      expect(at.state()).toEqual(await peopleAfter(after));
    },
  );

  it.each(lostBeforeEffect)('that did not happen and is answered by %s is sent again', async (_what, fault) => {
    const at = await start();
    at.fault(endpoint, fault);

    const { status } = await invoke(at, name, args, typeId);

    expect([status, sendsOf(at, endpoint)]).toEqual(['COMPLETE', records + 1]);
    expect(at.state()).toEqual(await peopleAfter(after));
  });

  it.each([...lostBeforeEffect, ...(isShown ? [['a yes without an effect', noop] as const] : [])])(
    'that is answered by %s each time has failed after three tries, and is not told as done',
    async (_what, fault) => {
      const at = await start();
      at.fault(endpoint, fault, always);

      const { status } = await invoke(at, name, args, typeId);

      expect([status, sendsOf(at, endpoint)]).toEqual(['FAILED', 3 * failing]);
      expect(at.state()).toEqual(await peopleAfter(left));
      expect(at.audit.map(({ outcome }) => outcome)).toContain('failed');
    },
  );

  it.each(refusedWrites)('that is answered by %i is sent once, and has failed', async (answered) => {
    const at = await start();
    at.fault(endpoint, { kind: 'status', status: answered }, always);

    const { status } = await invoke(at, name, args, typeId);

    expect([status, sendsOf(at, endpoint)]).toEqual(['FAILED', failing]);
    expect(at.state()).toEqual(await peopleAfter(left));
  });

  it('whose record is gone just before it is sent makes nothing anew, and has failed unless that is what was asked', async () => {
    const at = await start();
    at.emulator.state.onRequest(
      (request) => request.endpoint === endpoint,
      () => void gone(at.emulator.state),
    );

    const { status } = await invoke(at, name, args, typeId);

    expect(status).toBe(row.mayBeGone === true ? 'COMPLETE' : 'FAILED');
    expect(at.state()).toEqual(
      await peopleAfter((state) => {
        before(state);
        gone(state);
        leftOfGone(state);
      }),
    );
  });
});
