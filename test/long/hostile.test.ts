import { describe, it } from 'vitest';
import { ways } from '../support/faults-bench.ts';
import { places, runHostile } from '../support/hostile-case.ts';
import { tampers } from '../support/hostile-front.ts';

describe.each(ways)('a server that says what no server says, %s', (way) => {
  describe.each(Object.entries(places))('to %s', (_where, which) => {
    it.concurrent.each(Object.entries(tampers))('%s: the truth, or a clean failure', (_name, tamper) =>
      runHostile(way, which, tamper),
    );
  });
});
