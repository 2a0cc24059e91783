import { describe, expect, it } from 'vitest';
import { createHealth, type Health } from '../../src/observe/health.ts';

function serving(): Health & { readonly turns: readonly boolean[] } {
  const turns: boolean[] = [];
  const health = createHealth({
    onChange: (isHealthy) => void turns.push(isHealthy),
    now: () => Date.parse('2026-11-25T12:00:00Z'),
  });
  health.setPhase('serving');
  return Object.assign(health, { turns });
}

/** Tells of tries that ended so, one after the other. */
function answered(health: Health, ...statuses: readonly string[]): void {
  statuses.forEach((status) => health.requests.onAttempt('GET /v1/mgmt/role/all')(status));
}

describe('health', () => {
  it('is ok while nothing is known', () => {
    expect(serving().report()).toMatchObject({
      status: 'ok',
      timestamp: '2026-11-25T12:00:00.000Z',
      details: { descope: { status: 'unknown' }, sync: { status: 'off' } },
    });
  });

  it.each([
    ['five outages in a row', ['503', 'timeout', 'unavailable', '500', '408'], 'failing'],
    ['four', ['503', '503', '503', '503'], 'unknown'],
    ['five with an answer among them', ['503', '503', '200', '503', '503', '503'], 'ok'],
    ['one refused key', ['401'], 'failing'],
    ['a key without rights, once', ['403', '200'], 'ok'],
    ['a key without rights, throughout', ['403', '403', '403', '403', '403'], 'failing'],
    [
      'a rate limit and given-up requests, which say nothing',
      ['429', '429', '429', '429', '429', 'cancelled', 'cancelled', 'error'],
      'unknown',
    ],
    ['answers that are a no', ['404', '400', '404', '409', '404', '404'], 'ok'],
    ['answers in no known shape', ['upstream-contract', '302', 'upstream-contract', '301', '204x'], 'failing'],
    ['an outage that is over', ['503', '503', '503', '503', '503', '503', '200'], 'ok'],
  ])('after %s calls Descope as it should', (_name, statuses, expected) => {
    const health = serving();

    answered(health, ...statuses);

    expect(health.report().details.descope.status).toBe(expected);
    expect(health.report().status).toBe(expected === 'failing' ? 'failing' : 'ok');
  });

  it('fails from the third scheduled sync on that failed in a row, and is ok again with a complete one', () => {
    const health = serving();
    const states = [1, 2, 3, 4, 0].map((inARow) => {
      health.syncs.onStart();
      health.syncs.onEnd(inARow === 0 ? 'complete' : 'inconsistent', 10, inARow);
      return health.report().status;
    });

    expect(states).toEqual(['ok', 'ok', 'failing', 'failing', 'ok']);
    expect(health.turns).toEqual([false, true]);
    expect(health.report().details.sync).toMatchObject({
      lastFailure: { what: 'inconsistent', at: '2026-11-25T12:00:00.000Z' },
    });
  });

  it('does not take a cancelled run for a failure', () => {
    const health = serving();

    health.syncs.onEnd('cancelled', 10, 0);

    expect(health.report().details.sync).not.toHaveProperty('lastFailure');
  });

  it('tells a turn once, whatever goes on failing', () => {
    const health = serving();

    answered(health, ...Array.from({ length: 20 }, () => '503'));
    health.syncs.onEnd('unavailable', 10, 3);
    answered(health, '200');
    health.syncs.onEnd('complete', 10, 0);

    expect(health.turns).toEqual([false, true]);
  });

  it('is not ready before it serves, nor once it stops', () => {
    const health = createHealth();
    const seen = [health.isReady, health.report().status];
    health.setPhase('serving');
    seen.push(health.isReady, health.report().status);
    health.setPhase('stopping');
    seen.push(health.isReady, health.report().status);

    expect(seen).toEqual([false, 'starting', true, 'ok', false, 'stopping']);
  });
});
