import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { BatonServiceFinishTaskRequest } from '../../src/gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { chunkBytes } from '../../src/service-mode/upload.ts';
import type { RunSync } from '../../src/service-mode/full-sync.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type PlatformDouble, startPlatform, taskId } from '../support/platform.ts';
import { company, entitlement, userPrincipal } from '../support/provisioning-server.ts';
import { endOf, fullSync, type ServiceBench, startService } from '../support/service.ts';
import { eventually } from '../support/eventually.ts';

const project = { project: company() };

const grantTask = (name: string) => ({
  id: taskId(name),
  taskType: {
    case: 'grant' as const,
    value: { entitlement: entitlement('role_binding', 'acme/Editor'), principal: userPrincipal('U2Ada') },
  },
});

/** A sync that is a file of this size at once. */
async function fileOf(bytes: number): Promise<{ readonly runSync: RunSync } & AsyncDisposable> {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'big.c1z');
  await writeFile(path, Buffer.alloc(bytes, 7));
  const written = { path, keep: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
  return { runSync: async () => written, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** A sync that lasts until it is stopped, and says when it began. */
function endlessSync(): { readonly runSync: RunSync; readonly begun: Promise<void>; readonly ended: Promise<void> } {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    ended: ended.promise,
    runSync: async (_asked, signal) => {
      begun.resolve();
      await wait(60_000, undefined, { signal }).catch(() => undefined);
      ended.resolve();
      throw new Error('it was stopped');
    },
  };
}

const callsOf = ({ asked }: PlatformDouble, call: string): number => asked.filter((one) => one.call === call).length;

describe('the start', () => {
  it.each([
    [status.UNAUTHENTICATED, 'unauthenticated'],
    [status.PERMISSION_DENIED, 'forbidden'],
    [status.INVALID_ARGUMENT, 'config'],
    [status.UNIMPLEMENTED, 'config'],
    [status.FAILED_PRECONDITION, 'config'],
    [status.NOT_FOUND, 'config'],
  ])('ends at a hello that is refused with code %i', async (code, kind) => {
    await using bench = await startService({
      emulator: project,
      before: (platform) => {
        platform.onCall = (call) => (call === 'Hello' ? { code, details: 'no' } : undefined);
      },
    });

    await expect(bench.ended).rejects.toMatchObject({ kind, message: expect.stringContaining(status[code]) as string });
    expect(bench.waits).toEqual([]);
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'config'],
  ])('ends where no token is given, with HTTP %i', async (code, kind) => {
    await using bench = await startService({
      emulator: project,
      before: (platform) => {
        platform.onToken = () => code;
      },
    });

    await expect(bench.ended).rejects.toMatchObject({ kind });
  });

  it.each([status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.INTERNAL, status.DEADLINE_EXCEEDED])(
    'tries again later and later after code %i',
    async (code) => {
      await using bench = await startService({
        emulator: project,
        speed: 2_000,
        before: (platform) => {
          platform.onCall = (call, nth) => (call === 'Hello' && nth <= 11 ? { code } : undefined);
        },
      });

      await bench.platform.askedFor('GetTask');
      expect(bench.waits.slice(0, 11)).toEqual(
        [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000),
      );
    },
  );

  it('tries again where the platform has no tokens to give now', async () => {
    await using bench = await startService({
      emulator: project,
      before: (platform) => {
        platform.onToken = (nth) => (nth <= 2 ? 503 : undefined);
      },
    });

    await bench.platform.askedFor('GetTask');
    expect(bench.platform.tokensGiven()).toBe(3);
  });
});

describe('the clock', () => {
  it.each([-600_000, 600_000])(
    'may be off by %i ms: the platform is asked once more with its own',
    async (clockAheadMs) => {
      await using bench = await startService({ emulator: project, platform: { clockAheadMs } });

      await bench.platform.askedFor('GetTask');
      expect(bench.platform.asked.slice(0, 3).map(({ call, code }) => [call, code])).toEqual([
        ['Token', 401],
        ['Token', 200],
        ['Hello', 0],
      ]);
      expect(bench.log()).toContain("clock differs from this machine's");
    },
  );

  it('is not to blame where it is right: a refused secret is asked with once', async () => {
    await using bench = await startService({
      emulator: project,
      before: (platform) => {
        platform.onToken = () => 401;
      },
    });

    await expect(bench.ended).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(bench.platform.tokensGiven()).toBe(1);
  });
});

describe('a token', () => {
  it('is kept, and renewed one minute before its end', async () => {
    await using bench = await startService({ emulator: project, speed: 1_000, platform: { tokenSeconds: 3_600 } });

    await bench.platform.askedFor('GetTask', 20);
    const given = bench.platform.tokensGiven();
    expect(given).toBeLessThan(5);
  });

  it('that is not accepted any more is fetched anew, once for however many calls', async () => {
    await using bench = await startService({ emulator: project });
    await bench.platform.askedFor('GetTask', 2);
    bench.platform.endTokens();

    expect(await endOf(bench, bench.platform.give(fullSync('after')))).toMatchObject({ code: 'OK' });
    expect(bench.platform.tokensGiven()).toBe(2);
  });

  it('may end in the middle of an upload', async () => {
    await using file = await fileOf(3 * chunkBytes);
    await using bench = await startService({
      emulator: project,
      runSync: file.runSync,
      before: (platform) => {
        platform.onCall = (call, nth) =>
          call === 'UploadAsset' && nth === 1 ? { code: status.UNAUTHENTICATED, details: 'expired' } : undefined;
      },
    });

    expect(await endOf(bench, bench.platform.give(fullSync('long')))).toMatchObject({ code: 'OK' });
    expect(bench.platform.uploads.filter(({ isWhole }) => isWhole)).toHaveLength(1);
    expect(bench.platform.tokensGiven()).toBe(2);
  });
});

describe('an upload', () => {
  it('goes in chunks of 512 KiB, the last one of what is left', async () => {
    await using file = await fileOf(2 * chunkBytes + 1);
    await using bench = await startService({ emulator: project, runSync: file.runSync });
    await endOf(bench, bench.platform.give(fullSync('chunks')));

    expect(bench.platform.uploads.map(({ chunks }) => chunks)).toEqual([[chunkBytes, chunkBytes, 1]]);
  });

  it.each([0, 1, 2, 3])('that is cut after chunk %i is sent again, whole', async (chunks) => {
    await using file = await fileOf(3 * chunkBytes);
    await using bench = await startService({
      emulator: project,
      runSync: file.runSync,
      before: (platform) => {
        platform.cutUploadAfter = (nth) => (nth === 1 ? chunks : undefined);
      },
    });

    expect(await endOf(bench, bench.platform.give(fullSync('cut')))).toMatchObject({ code: 'OK' });
    const whole = bench.platform.uploads.filter(({ isWhole }) => isWhole);
    expect(whole.map(({ bytes }) => bytes.length)).toEqual([3 * chunkBytes]);
    expect(callsOf(bench.platform, 'UploadAsset')).toBe(2);
  });

  it('that is cut three times fails, and may be tried again by the platform', async () => {
    await using file = await fileOf(chunkBytes);
    await using bench = await startService({
      emulator: project,
      runSync: file.runSync,
      before: (platform) => {
        platform.cutUploadAfter = () => 1;
      },
    });

    expect(await endOf(bench, bench.platform.give(fullSync('cut')))).toMatchObject({
      code: 'UNAVAILABLE',
      nonRetryable: false,
    });
    expect(callsOf(bench.platform, 'UploadAsset')).toBe(3);
  });

  it('of a sync that failed is not begun', async () => {
    await using bench = await startService({ emulator: project });
    bench.emulator.faults.add({ match: {}, times: 1_000, fault: { kind: 'status', status: 500 } as never });
    const id = bench.platform.give(fullSync('failed'));

    expect(await endOf(bench, id)).toMatchObject({ nonRetryable: false });
    expect(callsOf(bench.platform, 'UploadAsset')).toBe(0);
    expect(await readdir(bench.temp)).toEqual([]);
  });
});

describe('a sync under way', () => {
  it('is given up within two seconds of being cancelled, and leaves nothing', async () => {
    const sync = endlessSync();
    await using bench = await startService({
      emulator: project,
      runSync: sync.runSync,
      speed: 1,
      platform: { nextHeartbeatMs: 1_000 },
    });
    const id = bench.platform.give(fullSync('cancelled'));
    await sync.begun;
    let toldAt = 0;
    bench.platform.onHeartbeat = () => {
      toldAt ||= performance.now();
      return { cancelled: true };
    };

    expect(await endOf(bench, id)).toEqual({
      code: 'CANCELLED',
      message: 'the platform cancelled the task',
      nonRetryable: false,
    });
    expect(performance.now() - toldAt).toBeLessThan(2_000);
    await sync.ended;
    expect(callsOf(bench.platform, 'UploadAsset')).toBe(0);
  });

  it('that is cancelled before it began is not begun', async () => {
    const sync = endlessSync();
    let isBegun = false;
    void sync.begun.then(() => (isBegun = true));
    await using bench = await startService({
      emulator: project,
      runSync: sync.runSync,
      before: (platform) => {
        platform.onHeartbeat = () => ({ cancelled: true });
      },
    });

    expect(await endOf(bench, bench.platform.give(fullSync('early')))).toMatchObject({ code: 'CANCELLED' });
    expect(isBegun).toBe(false);
  });

  it('is given up after ten heartbeats without an answer, and the process goes on', async () => {
    const sync = endlessSync();
    await using bench = await startService({ emulator: project, runSync: sync.runSync, speed: 1_000 });
    const id = bench.platform.give(fullSync('lost'));
    await sync.begun;
    bench.platform.onCall = (call) => (call === 'Heartbeat' ? { code: status.UNAVAILABLE } : undefined);

    expect(await endOf(bench, id)).toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining('ten heartbeats') as string,
      nonRetryable: false,
    });
    expect(bench.platform.asked.filter(({ call, code }) => call === 'Heartbeat' && code !== 0)).toHaveLength(10);
    expect(await endOf(bench, bench.platform.give(grantTask('next')))).toMatchObject({ code: 'OK' });
  });

  it('goes on through nine', async () => {
    const sync = endlessSync();
    await using bench = await startService({ emulator: project, runSync: sync.runSync, speed: 1_000 });
    bench.platform.give(fullSync('held'));
    await sync.begun;
    bench.platform.onCall = (call, nth) =>
      call === 'Heartbeat' && nth % 10 !== 0 ? { code: status.UNAVAILABLE } : undefined;

    await bench.platform.askedFor('Heartbeat', 41);
    expect(callsOf(bench.platform, 'FinishTask')).toBe(0);
  });

  it('lets changes by, and another sync wait', async () => {
    const sync = endlessSync();
    await using bench = await startService({ emulator: project, runSync: sync.runSync });
    bench.platform.give(fullSync('one'));
    await sync.begun;
    bench.platform.give(fullSync('two'));

    expect(await endOf(bench, bench.platform.give(grantTask('beside')))).toMatchObject({ code: 'OK' });
    expect(bench.log().match(/"task":"syncFull".*task begun/g)).toHaveLength(1);
    const beats = bench.platform.asked.filter(({ call }) => call === 'Heartbeat').map(({ request }) => request);
    expect(beats).toContainEqual(expect.objectContaining({ taskId: taskId('two') }));
  });
});

describe('a platform that hands a sync out again at once', () => {
  /** Whatever ends otherwise than well is handed out again. */
  function insistent(bench: ServiceBench, names: readonly string[]): void {
    const given = (name: string): void => void bench.platform.give(fullSync(name));
    bench.platform.onCall = (call, _nth, request) => {
      if (call === 'FinishTask') {
        const { taskId: id, finalState } = request as BatonServiceFinishTaskRequest;
        names.filter((name) => finalState.case === 'error' && taskId(name) === id).forEach(given);
      }
      return undefined;
    };
    names.forEach(given);
  }
  const finishes = (bench: ServiceBench): number =>
    bench.platform.asked.filter(({ call }) => call === 'FinishTask').length;
  const spent = (waits: readonly number[], ms: number): number => waits.filter((one) => one === ms).length;

  it('because there was no place for it is asked later and later, up to a minute, and a grant comes through', async () => {
    const sync = endlessSync();
    const platform = { nextPollMs: 1 };
    await using bench = await startService({ emulator: project, runSync: sync.runSync, speed: 2_000, platform });
    insistent(bench, ['one', 'two', 'three', 'four', 'five']);

    await eventually(() => expect(spent(bench.waits, 60_000)).toBeGreaterThan(3));
    for (const ms of [1_000, 4_000, 9_000, 16_000, 25_000, 36_000, 49_000]) {
      expect(spent(bench.waits, ms)).toBe(1);
    }
    const questions = bench.platform.asked.filter(({ call }) => call === 'GetTask').length;
    expect(questions).toBeLessThan(30);
    expect(await endOf(bench, bench.platform.give(grantTask('beside')))).toMatchObject({ code: 'OK' });
  });

  it('because it failed waits for its next turn, later and later', async () => {
    let failures = 5;
    const file = await fileOf(10);
    await using bench = await startService({
      emulator: project,
      speed: 2_000,
      platform: { nextPollMs: 700 },
      runSync: async (asked, signal) => {
        failures -= 1;
        if (failures >= 0) {
          throw new ConnectorError('unavailable', 'Descope cannot be reached');
        }
        return await file.runSync(asked, signal);
      },
    });
    insistent(bench, ['one']);

    await eventually(() => expect(bench.platform.uploads).toHaveLength(1));
    await eventually(() => expect(finishes(bench)).toBe(6));
    for (const ms of [1_000, 4_000, 9_000, 16_000, 25_000]) {
      expect(spent(bench.waits, ms)).toBe(1);
    }
    await file[Symbol.asyncDispose]();
  });

  it('that failed for good delays no other', async () => {
    const sync = endlessSync();
    const platform = { nextPollMs: 10 };
    await using bench = await startService({ emulator: project, runSync: sync.runSync, speed: 1, platform });
    const refused = bench.platform.give(fullSync('refused', { storageEngine: 'pebble' }));
    expect(await endOf(bench, refused)).toMatchObject({ nonRetryable: true });

    bench.platform.give(fullSync('next'));
    await sync.begun;
    expect(bench.waits).not.toContain(1_000);
  });
});

describe('a platform that is away', () => {
  it('for ten minutes is asked again at most once a minute, and then goes on', async () => {
    await using bench = await startService({ emulator: project, speed: 600 });
    await bench.platform.askedFor('GetTask', 2);
    await bench.platform.setDown(true);
    const before = bench.waits.length;
    await eventually(() => expect(bench.waits.slice(before).reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(600_000));
    await bench.platform.setDown(false);

    expect(await endOf(bench, bench.platform.give(grantTask('back')))).toMatchObject({ code: 'OK' });
    const pauses = bench.waits.slice(before);
    expect(Math.max(...pauses)).toBe(60_000);
    expect(pauses.filter((ms) => ms >= 1_000 && ms < 60_000).slice(0, 7)).toContain(16_000);
  });

  it('when a change has been done is told so as soon as it is back', async () => {
    await using bench = await startService({
      emulator: project,
      before: (platform) => {
        platform.onCall = (call, nth) => (call === 'FinishTask' && nth < 3 ? { code: status.UNAVAILABLE } : undefined);
      },
    });

    expect(await endOf(bench, bench.platform.give(grantTask('told')))).toMatchObject({ code: 'OK' });
    expect(callsOf(bench.platform, 'FinishTask')).toBe(3);
  });
});

describe('two processes under one client id', () => {
  it('share the tasks, each under its own host id, and none is done twice', async () => {
    await using platform = await startPlatform({ nextPollMs: 200 });
    await using first = await startService({ at: platform, emulator: project, hostId: 'host-1' });
    await using second = await startService({ at: platform, emulator: project, hostId: 'host-2' });
    await Promise.all([first, second].map(({ log }) => eventually(() => expect(log()).toContain('"msg":')))).catch(
      () => undefined,
    );
    const ids = Array.from({ length: 12 }, (_, place) => platform.give(grantTask(`many${place}`)));

    const ends = await Promise.all(ids.map((id) => platform.finished(id)));
    expect(new Set(ends.map(({ hostId }) => hostId)).size).toBe(2);
    expect(callsOf(platform, 'FinishTask')).toBe(12);
  });
});

describe('being asked to end', () => {
  it('while the platform cannot be reached ends at once', async () => {
    await using platform = await startPlatform();
    await platform.setDown(true);
    await using bench = await startService({ at: platform, emulator: project, speed: 1 });
    await eventually(() => expect(bench.waits.length).toBeGreaterThan(0));

    await bench.stop();
    expect(platform.asked).toEqual([]);
  });

  it('while it says hello ends at once', async () => {
    const never = new Promise<undefined>(() => undefined);
    await using bench = await startService({
      emulator: project,
      speed: 1,
      before: (platform) => void (platform.onCall = (call) => (call === 'Hello' ? never : undefined)),
    });
    await bench.platform.askedFor('Hello');

    await bench.stop();
    expect(callsOf(bench.platform, 'GetTask')).toBe(0);
  });

  it('while a task is on its way to it gives that back, and does nothing of it', async () => {
    const held = Promise.withResolvers<undefined>();
    await using bench = await startService({
      emulator: project,
      speed: 1,
      before: (platform) => void (platform.onCall = (call) => (call === 'GetTask' ? held.promise : undefined)),
    });
    await bench.platform.askedFor('GetTask');
    const late = bench.platform.give(grantTask('late'));
    const stopped = bench.stop();
    held.resolve(undefined);

    await stopped;
    expect(await endOf(bench, late)).toMatchObject({ code: 'CANCELLED', nonRetryable: false });
    expect(bench.results).toEqual([['grant', 'cancelled']]);
    expect([...bench.emulator.state.users()].find(({ userId }) => userId === 'U2Ada')?.tenants).toEqual([
      { tenantId: 'acme', roleNames: [] },
    ]);
  });

  it('while nothing is to be done ends at once', async () => {
    await using bench = await startService({ emulator: project, speed: 1, platform: { nextPollMs: 300_000 } });
    await bench.platform.askedFor('GetTask');

    await bench.stop();
    expect(callsOf(bench.platform, 'FinishTask')).toBe(0);
  });

  it('in the middle of a sync gives it back, and one that waits, too', async () => {
    const sync = endlessSync();
    await using bench = await startService({ emulator: project, runSync: sync.runSync });
    const ids = [bench.platform.give(fullSync('one')), bench.platform.give(fullSync('two'))];
    await sync.begun;
    await eventually(() => expect(callsOf(bench.platform, 'Heartbeat')).toBeGreaterThan(1));

    await bench.stop();
    for (const id of ids) {
      expect(await endOf(bench, id)).toMatchObject({
        code: 'CANCELLED',
        message: expect.stringContaining('can be tried again') as string,
        nonRetryable: false,
      });
    }
  });

  it('in the middle of an upload gives the sync back', async () => {
    await using file = await fileOf(8 * chunkBytes);
    await using bench = await startService({
      emulator: project,
      runSync: file.runSync,
      before: (platform) => {
        platform.isUploadSlow = true;
      },
    });
    const id = bench.platform.give(fullSync('one'));
    await bench.platform.askedFor('UploadAsset');

    await bench.stop();
    expect(await endOf(bench, id)).toMatchObject({ code: 'CANCELLED', nonRetryable: false });
    expect(bench.platform.uploads.every(({ isWhole }) => !isWhole)).toBe(true);
  });

  it('in the middle of a change waits for its end and reports it', async () => {
    const isAsked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using bench = await startService({
      emulator: project,
      wrap: (surface) => ({
        ...surface,
        grant: async (request, signal) => {
          isAsked.resolve();
          await goOn.promise;
          return await surface.grant(request, signal);
        },
      }),
    });
    const id = bench.platform.give(grantTask('under way'));
    await isAsked.promise;
    const stopped = bench.stop();
    goOn.resolve();

    await stopped;
    expect(await endOf(bench, id)).toMatchObject({ code: 'OK' });
  });

  it('in the middle of a change that does not end gives up after 30 seconds, and not to be tried again', async () => {
    const isAsked = Promise.withResolvers<void>();
    await using bench = await startService({
      emulator: project,
      speed: 100,
      wrap: (surface) => ({
        ...surface,
        grant: async (_request, signal) => {
          isAsked.resolve();
          await wait(60_000, undefined, signal === undefined ? {} : { signal });
          throw new Error('unreachable');
        },
      }),
    });
    const id = bench.platform.give(grantTask('stuck'));
    await isAsked.promise;

    await bench.stop();
    expect(bench.waits).toContain(30_000);
    expect(await endOf(bench, id)).toMatchObject({ code: 'CANCELLED', nonRetryable: true });
  });
});

describe('what nobody may see', () => {
  it('is in no log, no upload, and no call but the one for a token', async () => {
    await using bench = await startService({ emulator: project });
    await endOf(bench, bench.platform.give({ ...fullSync('debug'), debug: true }));
    await endOf(bench, bench.platform.give(grantTask('a')));
    const { clientSecret } = bench.platform;
    const key = JSON.parse(Buffer.from(clientSecret.split(':')[3] ?? '', 'base64url').toString()) as {
      readonly d: string;
    };

    const seen = [
      bench.log(),
      ...bench.platform.uploads.map(({ bytes }) => bytes.toString('latin1')),
      ...bench.platform.asked.map(
        ({ request }) =>
          JSON.stringify(request, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)) ?? '',
      ),
    ].join('\n');
    for (const secret of [
      clientSecret,
      key.d,
      bench.emulator.managementKey,
      ...bench.platform.asked.map(({ authorization }) => authorization.split(' ')[1] ?? clientSecret),
    ]) {
      expect(seen.includes(secret)).toBe(false);
    }
    expect(bench.log().length).toBeGreaterThan(1_000);
  });
});
