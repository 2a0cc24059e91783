import { expect } from 'vitest';
import {
  type Arm,
  attempt,
  benchUserId,
  type Expected,
  judge,
  lists,
  roleList,
  search,
  type Way,
} from './faults-bench.ts';
import { hostileFront, type Tamper } from './hostile-front.ts';

/** Which requests of a sync get a spoilt answer. */
export const places: Readonly<Record<string, (endpoint: string, nth: number) => boolean>> = {
  'the third page': (endpoint, nth) => endpoint === search && nth === 6,
  'one request of every list': (endpoint, nth) => lists.some((list) => list === endpoint) && nth <= 4,
  'every search': (endpoint) => endpoint === search,
  'every list of roles': (endpoint) => endpoint === roleList,
};

export const cleanly: readonly Expected[] = ['same', 'shape', 'unavailable', 'timeout', 'inconsistent'];
/** As long as a busy machine may need: else the request that is spoilt may never be sent. */
const deadlines = { connectMs: 20_000, headersMs: 3_000, bodyIdleMs: 1_500, attemptMs: 10_000 };

/**
 * One sync through a server that spoils some of its answers: it tells the truth or fails as it should, without asking
 * for ever.
 */
export async function runHostile(
  way: Way,
  which: (endpoint: string, nth: number) => boolean,
  tamper: Tamper,
): Promise<void> {
  await using front = await hostileFront();
  front.spoil(which, tamper);
  const arm: Arm = ({ emulator, evidence }) => {
    front.forwardTo(emulator.baseUrl);
    emulator.state.updateUser(benchUserId(1), { name: 'User 1' });
    evidence(front.fired);
  };
  const outcome = await attempt(way, {
    client: { baseUrl: front.baseUrl, deadlines, maxResponseMiB: 32 },
    arm,
  });
  judge(outcome, cleanly);
  expect(outcome.requests).toBeLessThan(60);
}
