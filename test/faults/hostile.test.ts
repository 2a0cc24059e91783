import { describe, it } from 'vitest';
import { ways } from '../support/faults-bench.ts';
import { places, runHostile } from '../support/hostile-case.ts';
import { tampers } from '../support/hostile-front.ts';

const spots = Object.entries(places);

/** Each at one place and in one way; at every place and in both ways: `npm run test:long`. */
describe('a server that says what no server says is believed no more than it should be', () => {
  it.concurrent.each(
    Object.entries(tampers).map(([name, tamper], index) => {
      const [where, which] = spots[(index * 3) % spots.length] ?? ['nowhere', () => false];
      return { name, tamper, where, which, way: ways[index % ways.length] ?? 'file' };
    }),
  )('$name, to $where ($way)', ({ way, which, tamper }) => runHostile(way, which, tamper));
});
