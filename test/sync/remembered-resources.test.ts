import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Remembered, RememberedResources } from '../../src/sync/remembered-resources.ts';
import { nameArbitrary } from '../support/arbitraries.ts';
import { heldBytes } from '../support/memory.ts';

/** Any text, also one that is empty or not well-formed. */
const text = fc.oneof(nameArbitrary, fc.constantFrom('', '\uD83D', 'a\uDE00', '漢字/Rôle'));
const resource: fc.Arbitrary<Remembered> = fc.record({
  id: text,
  displayName: text,
  parent: fc.option(fc.record({ typeId: text, id: text }), { nil: undefined }),
});

function remember(resources: readonly Remembered[]): RememberedResources {
  const remembered = new RememberedResources();
  resources.forEach((listed) => remembered.add(listed));
  return remembered;
}

/** Roles in tenants, as a project lists them. */
function bindings(count: number): readonly Remembered[] {
  return Array.from({ length: count }, (_, place) => {
    const parentTenantId = `T2tenant${String(Math.floor(place / 30)).padStart(20, '0')}`;
    return {
      id: `${parentTenantId}/Rôle ${place % 30}`,
      displayName: `Rôle ${place % 30} in Company ${Math.floor(place / 30)}`,
      parent: { typeId: 'tenant', id: parentTenantId },
    };
  });
}

describe('remembered resources', () => {
  it('come back as they were, whatever they are called', () => {
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (resources, times) => {
        const all = Array.from({ length: times }, () => resources).flat();

        expect(remember(all).batches().toArray().flat()).toEqual(all);
      }),
      { numRuns: 100 },
    );
  });

  it.each([0, 1, 249, 250, 251, 500, 10_001])('come back all %d, in order, as often as they are asked for', (count) => {
    const resources = bindings(count);

    const remembered = remember(resources);

    expect(remembered.batches().toArray().flat()).toEqual(resources);
    expect(remembered.batches().toArray().flat()).toEqual(resources);
  });

  it('tell their ids one by one', () => {
    const resources = bindings(600);

    expect(remember(resources).ids().toArray()).toEqual(resources.map(({ id }) => id));
  });

  it('come back some at a time, never none', () => {
    const sizes = remember(bindings(1_100))
      .batches()
      .map(({ length }) => length)
      .toArray();

    expect(sizes).toEqual([250, 250, 250, 250, 100]);
  });

  it('keep of a row only what is asked for later', () => {
    const row = { id: 'a', displayName: '', parent: { typeId: 'tenant', id: 't' }, message: 'large' };

    expect(
      remember(Array.from({ length: 251 }, () => row))
        .batches()
        .toArray()
        .flat(),
    ).toEqual(Array.from({ length: 251 }, () => ({ id: 'a', displayName: '', parent: { typeId: 'tenant', id: 't' } })));
  });

  it('take little memory when they are many and alike', () => {
    const resources = JSON.parse(JSON.stringify(bindings(60_000))) as readonly Remembered[]; // plain texts, which nothing makes longer later

    const before = heldBytes();
    const remembered = remember(resources);
    const taken = heldBytes() - before;

    expect(taken).toBeLessThan(2 ** 20);
    expect(remembered.batches().toArray().flat()).toHaveLength(60_000);
  });
});
