import { describe, expect, it } from 'vitest';
import { maxBodyBytes } from '../../src/descope/body-limit.ts';
import { type EndpointName, endpointOf, endpoints } from '../../src/descope/endpoints.ts';
import { failureOfStatus } from '../../src/descope/errors.ts';
import { createLanes } from '../../src/descope/lanes.ts';
import { createPacing } from '../../src/descope/pacing.ts';
import { fakeTime } from './support.ts';

const names = Object.keys(endpoints) as EndpointName[];
const lists = names.filter((name) => endpointOf(name).answers === 'list');
const others = names.filter((name) => endpointOf(name).answers === 'one');

/** What the layers around an endpoint do with it comes from its row alone, so that a new one cannot be forgotten anywhere. */
describe('the row of an endpoint decides', () => {
  it.each(lists)('that a list which is not there is a fault, never "none": %s', (name) => {
    expect([404, 409, 400].map((status) => failureOfStatus(name, status, '').error.kind)).toEqual([
      'upstream-contract',
      'upstream-contract',
      'upstream-contract',
    ]);
  });

  it.each(others)('that one thing which is not there is not found: %s', (name) => {
    expect([404, 409, 400].map((status) => failureOfStatus(name, status, '').error.kind)).toEqual([
      'not-found',
      'conflict',
      'invalid',
    ]);
  });

  it.each(names)('how large its answer may be: %s', (name) => {
    expect(maxBodyBytes(name, 100) === 100 * 1024 * 1024).toBe(endpointOf(name).isWhole === true);
  });

  it('which pace it keeps: endpoints of one counter share it, those of two do not', () => {
    const { now, sleep } = fakeTime();
    const pacing = createPacing({
      rateLimit: 'auto',
      baseUrl: 'https://api.descope.com',
      lanes: createLanes({ maxParallel: 6, now, sleep }),
      now,
      sleep,
    });

    for (const one of names) {
      for (const other of names) {
        expect(pacing.lanesOf(one) === pacing.lanesOf(other)).toBe(endpointOf(one).bucket === endpointOf(other).bucket);
      }
    }
  });
});
