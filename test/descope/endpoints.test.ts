import { describe, expect, it } from 'vitest';
import { endpoints } from '../../src/descope/endpoints.ts';
import { maxBodyBytes } from '../../src/descope/http/body-limit.ts';
import { failureOfStatus } from '../../src/descope/http/errors.ts';
import { createLimiter } from '../../src/descope/http/limiter.ts';
import { createPacing } from '../../src/descope/http/pacing.ts';
import { fakeTime } from './support.ts';

const lists = endpoints.filter(({ answers }) => answers === 'list');
const others = endpoints.filter(({ answers }) => answers === 'one');

/**
 * What the layers around an endpoint do with it comes from its row alone, so that a new one cannot be forgotten
 * anywhere.
 */
describe('the row of an endpoint decides', () => {
  it.each(lists)('that a list which is not there is a fault, never "none": $path', (endpoint) => {
    expect([404, 409, 400].map((status) => failureOfStatus(endpoint, status, '').error.kind)).toEqual([
      'upstream-contract',
      'upstream-contract',
      'upstream-contract',
    ]);
  });

  it.each(others)('that one thing which is not there is not found: $path', (endpoint) => {
    expect([404, 409, 400].map((status) => failureOfStatus(endpoint, status, '').error.kind)).toEqual([
      'not-found',
      'conflict',
      'invalid',
    ]);
  });

  it.each(endpoints)('how large its answer may be: $path', (endpoint) => {
    expect(maxBodyBytes(endpoint, 100) === 100 * 1024 * 1024).toBe(endpoint.isWhole === true);
  });

  it('which pace it keeps: endpoints of one counter share it, those of two do not', () => {
    const { now, sleep } = fakeTime();
    const pacing = createPacing({
      rateLimit: 'auto',
      baseUrl: 'https://api.descope.com',
      limiter: createLimiter({ maxParallel: 6, now, sleep }),
      now,
      sleep,
    });

    for (const one of endpoints) {
      for (const other of endpoints) {
        expect(pacing.limiterOf(one) === pacing.limiterOf(other)).toBe(one.bucket === other.bucket);
      }
    }
  });
});
