import { array, assert, boolean, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRetryBudget } from '../../../src/descope/http/retry-budget.ts';

describe('the retry budget', () => {
  it('holds ten retries at first', () => {
    const budget = createRetryBudget();

    expect(Array.from({ length: 12 }, () => budget.spend())).toEqual([
      ...Array.from({ length: 10 }, () => true),
      false,
      false,
    ]);
  });

  it('earns one retry with ten requests, not with nine', () => {
    const budget = createRetryBudget();
    while (budget.spend());

    for (let count = 0; count < 9; count += 1) {
      budget.earn();
    }
    expect(budget.spend()).toBe(false);
    budget.earn();

    expect([budget.spend(), budget.spend()]).toEqual([true, false]);
  });

  it('never holds more than ten, however long all goes well', () => {
    const budget = createRetryBudget();
    for (let count = 0; count < 10_000; count += 1) {
      budget.earn();
    }

    let spent = 0;
    while (budget.spend()) {
      spent += 1;
    }
    expect(spent).toBe(10);
  });

  it('never lets retries exceed a tenth of the requests and ten, in any order of both', () => {
    assert(
      property(array(boolean(), { maxLength: 500 }), (isRequest) => {
        const budget = createRetryBudget();
        let requests = 0;
        let retries = 0;
        for (const request of isRequest) {
          if (request) {
            budget.earn();
            requests += 1;
          } else if (budget.spend()) {
            retries += 1;
          }
          expect(retries).toBeLessThanOrEqual(10 + requests / 10);
        }
      }),
    );
  });
});
