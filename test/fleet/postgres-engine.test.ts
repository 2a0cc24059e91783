import { TestClock } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import type { Lease, NewRun } from '../../src/fleet/engine.ts';
import { Client } from 'pg';
import { openPostgresEngine } from '../../src/fleet/postgres-engine.ts';
import {
  engineBehaviour,
  made,
  type TestEngine,
  testGroups as groups,
  testEventTimes as eventTimes,
  testTimes as times,
} from '../support/engine-behaviour.ts';
import { eventBehaviour } from '../support/event-behaviour.ts';
import { noPostgres, startPostgres, type TestServer } from '../support/postgres.ts';
import { type SilentProxy, startSilentProxy } from '../support/silent-proxy.ts';
import { faultOf } from '../support/thrown.ts';

let server: TestServer;

/** Lets time pass; pg-boss looks for lost workers once a minute, for ten seconds, instead of every ten. */
async function pass(clock: TestClock, ms: number): Promise<void> {
  for (let left = ms; left > 0;) {
    const [step, last] = [Math.min(left, 60_000), Math.min(left, 10_000)];
    if (step > last) {
      await clock.setTime(clock.now() + step - last);
    }
    await clock.tick(last);
    left -= step;
  }
}

/** Each test has a database, and a clock that the server goes by as well. */
async function startEngine(): Promise<TestEngine> {
  const url = await server.database();
  const clock = new TestClock(Date.parse('2027-01-15T08:00:00Z'));
  return {
    open: async () => await openPostgresEngine(url, { groups, times, eventTimes, clock }),
    pass: async (ms) => await pass(clock, ms),
    now: () => clock.now(),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const run = (project: string, more: Partial<NewRun> = {}): NewRun => ({
  project,
  slotMs: 1_800_000_000_000,
  tries: 3,
  group: undefined,
  ...more,
});

const never: Lease = { run: '', project: '', slotMs: 0, attempt: 0, token: 0 };

const about = `the engine on PostgreSQL${noPostgres === undefined ? '' : ` (left out: ${noPostgres})`}`;
describe.skipIf(noPostgres !== undefined)(about, () => {
  beforeAll(async () => void (server = await startPostgres()), 120_000);
  afterAll(async () => await server[Symbol.asyncDispose]());
  describe('as every engine', () => {
    engineBehaviour(startEngine);
    eventBehaviour(startEngine);
  });

  it('gives one run to each of many workers that ask at once, and a group no more than its share', async () => {
    const url = await server.database();
    await using first = await openPostgresEngine(url, { groups });
    await using second = await openPostgresEngine(url, { groups });
    for (let place = 0; place < 6; place += 1) {
      await first.put(run(`P${place}`, place < 4 ? { group: 'acme' } : {}));
    }
    const leases = await Promise.all(
      Array.from({ length: 12 }, (_none, place) => (place % 2 === 0 ? first : second).take(`w${place}`)),
    );
    const taken = leases.flatMap((lease) => (lease === undefined ? [] : [lease.project])).toSorted();

    expect(taken.filter((project) => project < 'P4')).toHaveLength(1);
    expect(taken.filter((project) => project >= 'P4')).toEqual(['P4', 'P5']);
  });

  it('begins once, whoever starts first, and goes on after the server ended its connections', async () => {
    const url = await server.database();
    const engines = await Promise.all([1, 2, 3].map(() => openPostgresEngine(url, { groups })));
    const [first, second] = engines as [(typeof engines)[0], (typeof engines)[0]];
    await first.put(run('P1'));
    const lease = await first.take('w');
    const name = new URL(url).pathname.slice(1);
    await server.admin(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    );

    // A call may find the connection gone; what it tells is an error of ours, and the next one has another connection.
    const tries = await Promise.all([1, 2, 3, 4].map(() => second.put(run('P2')).catch((thrown: unknown) => thrown)));
    expect(tries.filter((one) => one instanceof Error && !(one instanceof ConnectorError))).toEqual([]);
    await second.put(run('P2')).catch(() => undefined);
    expect((await second.states()).has('P2')).toBe(true);
    const kept = await first.keep(lease ?? { run: '', project: '', slotMs: 0, attempt: 0, token: 0 }).catch(() => true);
    expect(kept).toBe(true);
    expect(
      await first.publish(lease ?? { run: '', project: '', slotMs: 0, attempt: 0, token: 0 }, made, () => undefined),
    ).toBe(true);
    await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
  });

  it('waits for another that makes the tables just now, and begins then', async () => {
    const url = await server.database();
    await (await openPostgresEngine(url, { groups }))[Symbol.asyncDispose]();
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query(`drop table baton_fleet.budget; begin;
      select pg_advisory_xact_lock(hashtext('baton_fleet tables'));
      create table baton_fleet.budget (name text primary key, n bigint not null, ends_at bigint not null)`);
    const opening = openPostgresEngine(url, { groups });
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'baton-descope fleet'`;
    while ((await server.admin(url, waits)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20)); // the server's time
    }
    await other.query('commit');
    await other.end();
    await using engine = await opening;

    expect(await engine.put(run('P1'))).toBe('put');
  });

  it('tells what is wrong with its database without the password', async () => {
    const url = await server.database();
    const wrong = new URL(url);
    wrong.password = 'not-the-password';
    const thrown: unknown = await openPostgresEngine(wrong.href, { groups }).catch((error: unknown) => error);

    expect(thrown).toBeInstanceOf(ConnectorError);
    expect(String(thrown)).toMatch(/the database refused the user or the password/);
    expect(String(thrown)).not.toContain('not-the-password');
  });

  describe('over a way to its database that falls silent', () => {
    /** A worker behind the proxy, and one that reaches the database directly. */
    const twoWorkers = async (stack: AsyncDisposableStack) => {
      const url = await server.database();
      const proxy: SilentProxy = stack.use(await startSilentProxy(server));
      const through = new URL(url);
      through.port = String(proxy.port);
      const direct = stack.use(await openPostgresEngine(url, { groups }));
      return {
        url,
        proxy,
        direct,
        cut: stack.use(await openPostgresEngine(through.href, { groups, answerMs: 2_000 })),
      };
    };
    const faulty = async (work: Promise<unknown>): Promise<string> =>
      faultOf(await work.catch((error: unknown) => error));
    const doesNotAnswer = /^unavailable: cannot (?:read|write) postgres:[^ ]+: it does not answer$/;

    it('tells so in time, publishes nothing of a lease that others have by then, and goes on', async () => {
      await using stack = new AsyncDisposableStack();
      const { url, proxy, direct, cut } = await twoWorkers(stack);
      await cut.put(run('P1'));
      const lease = await cut.take('cut');
      proxy.hush();
      const told = await Promise.all([faulty(cut.states()), faulty(cut.keep(lease ?? never))]);
      expect(told).toEqual([expect.stringMatching(doesNotAnswer), expect.stringMatching(doesNotAnswer)]);

      // The time of a lease passes, and the pause before the next try.
      await server.ask(url, `update baton_fleet.job set state = 'retry', start_after = now(), retry_count = 1`);
      const taken = await direct.take('direct');
      expect(taken).toMatchObject({ project: 'P1' });
      proxy.speak();
      let isPlaced = false;
      expect(await cut.publish(lease ?? never, made, () => (isPlaced = true))).toBe(false);
      expect(isPlaced).toBe(false);
      expect(await direct.publish(taken ?? never, made, () => undefined)).toBe(true);
    });

    it('leaves no lock behind that others would wait for', async () => {
      await using stack = new AsyncDisposableStack();
      const { proxy, direct, cut } = await twoWorkers(stack);
      await direct.put(run('P1'));
      proxy.hush('baton_fleet take'); // the lock is asked for, and then nothing is heard
      const taking = faulty(cut.take('cut'));
      while (!proxy.isSilent) {
        await new Promise((resolve) => setTimeout(resolve, 5)); // the server's time
      }
      const take = async (): Promise<unknown> => await direct.take('direct').catch(() => undefined);

      expect((await take()) ?? (await take())).toMatchObject({ project: 'P1' });
      expect(await taking).toMatch(doesNotAnswer);
    });
  });
});
