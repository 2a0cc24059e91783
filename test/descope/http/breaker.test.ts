import { describe, expect, it } from 'vitest';
import { type Breaker, createBreaker } from '../../../src/descope/http/breaker.ts';
import { ConnectorError } from '../../../src/errors.ts';
import { fakeTime, type FakeTime } from '../support.ts';

function refusalOf(breaker: Breaker): ConnectorError | undefined {
  try {
    breaker.enter().abandoned();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ConnectorError) {
      return thrown;
    }
    throw thrown;
  }
}

function exhaust(breaker: Breaker, count: number): void {
  for (let index = 0; index < count; index += 1) {
    breaker.enter().exhausted();
  }
}

function opened(): { readonly breaker: Breaker; readonly time: FakeTime } {
  const time = fakeTime();
  const breaker = createBreaker(time.now);
  exhaust(breaker, 5);
  return { breaker, time };
}

describe('the breaker', () => {
  it('lets everybody in while fewer than five requests in a row are exhausted', () => {
    const breaker = createBreaker(fakeTime().now);
    exhaust(breaker, 4);

    expect(refusalOf(breaker)).toBeUndefined();
  });

  it('begins to count anew with every answer, and not with a caller who goes away', () => {
    const breaker = createBreaker(fakeTime().now);
    exhaust(breaker, 4);
    breaker.enter().answered();
    exhaust(breaker, 4);
    breaker.enter().abandoned();
    expect(refusalOf(breaker)).toBeUndefined();

    exhaust(breaker, 1);

    expect(refusalOf(breaker)?.kind).toBe('unavailable');
  });

  it('says when it is open that nothing is sent, why, and for how long', () => {
    const { breaker, time } = opened();
    time.advance(10_000);

    expect(refusalOf(breaker)?.message).toBe(
      'Descope has not answered 5 requests in a row, so nothing more is sent to it for now; the next request is let through in 20 s',
    );
  });

  it('stops those who came in before it opened', () => {
    const breaker = createBreaker(fakeTime().now);
    const early = breaker.enter();
    expect(() => early.check()).not.toThrow();

    exhaust(breaker, 5);

    expect(() => early.check()).toThrow('nothing more is sent');
  });

  it('lets one probe through after 30 seconds, and nobody beside it', () => {
    const { breaker, time } = opened();
    time.advance(29_999);
    expect(refusalOf(breaker)).toBeDefined();
    time.advance(1);

    const probe = breaker.enter();

    expect(probe.isProbe).toBe(true);
    expect(() => probe.check()).not.toThrow();
    expect(refusalOf(breaker)?.message).toContain('a probe is under way');
  });

  it('is closed by a probe that is answered', () => {
    const { breaker, time } = opened();
    time.advance(30_000);

    breaker.enter().answered();

    expect(breaker.enter().isProbe).toBe(false);
    exhaust(breaker, 4);
    expect(refusalOf(breaker)).toBeUndefined();
  });

  it('stays open for another 30 seconds after a probe that is not', () => {
    const { breaker, time } = opened();
    time.advance(31_000);
    breaker.enter().exhausted();

    time.advance(29_999);
    expect(refusalOf(breaker)).toBeDefined();
    time.advance(1);

    expect(breaker.enter().isProbe).toBe(true);
  });

  it('lets the next one probe at once when the caller of a probe goes away', () => {
    const { breaker, time } = opened();
    time.advance(30_000);
    breaker.enter().abandoned();

    expect(breaker.enter().isProbe).toBe(true);
  });

  it('is not opened for longer by those who were under way and fail later', () => {
    const time = fakeTime();
    const breaker = createBreaker(time.now);
    const late = breaker.enter();
    exhaust(breaker, 5);
    time.advance(20_000);
    late.exhausted();

    time.advance(10_000);

    expect(breaker.enter().isProbe).toBe(true);
  });
});
