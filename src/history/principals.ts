import type { IdBytes } from '../model/grant-template.ts';
import type { GrantRow } from '../model/row.ts';
import type { Numbers } from './numbers.ts';

/** Numbers of principals of one type, by their place among ids; 0 where one was not looked up yet. */
interface Placed {
  readonly typeId: string;
  readonly among: IdBytes;
  numbers: Uint32Array;
}

/**
 * Looks up the principals of grants. Where rows say at which place their principal stands among ids, each id is read and
 * looked up once, however many grants name it.
 */
export function createPrincipals(numbers: Numbers): (row: GrantRow) => number {
  const known = new WeakMap<IdBytes, Map<string, Placed>>();
  let last: Placed | undefined;

  function placed(among: IdBytes, typeId: string): Placed {
    const byType = known.get(among) ?? new Map<string, Placed>();
    known.set(among, byType);
    const found = byType.get(typeId) ?? { typeId, among, numbers: new Uint32Array(64) };
    byType.set(typeId, found);
    return found;
  }

  return (row) => {
    const { principals: among, principalTypeId: typeId } = row;
    if (among === undefined) {
      return numbers.of(typeId, row.principalId);
    }
    const at = row.principalPlace ?? 0;
    if (last === undefined || last.among !== among || last.typeId !== typeId) {
      last = placed(among, typeId);
    }
    const found = last.numbers[at] ?? 0;
    if (found !== 0) {
      return found;
    }
    if (at >= last.numbers.length) {
      const wider = new Uint32Array(Math.max(at + 1, last.numbers.length * 2));
      wider.set(last.numbers);
      last.numbers = wider;
    }
    const n = numbers.of(typeId, row.principalId);
    last.numbers[at] = n;
    return n;
  };
}
