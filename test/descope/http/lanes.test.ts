import { expect, it } from 'vitest';
import { createLanes } from '../../../src/descope/http/lanes.ts';

it('gives a free slot to those that go first, then to the others in their order', async () => {
  const inSlot = createLanes(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (name: string, goesFirst: boolean): Promise<void> =>
    inSlot(
      () =>
        new Promise((resolve) => {
          begun.push(name);
          ends.set(name, resolve);
        }),
      goesFirst,
    );
  const all = [begin('a', false), begin('b', false), begin('c', false), begin('d', false), begin('first', true)];
  const end = async (name: string): Promise<void> => {
    await Promise.resolve();
    ends.get(name)?.();
    await new Promise(setImmediate);
  };

  for (const name of ['a', 'b', 'first', 'c', 'd']) {
    await end(name);
  }
  await Promise.all(all);
  expect(begun).toEqual(['a', 'b', 'first', 'c', 'd']);
});

it('frees the slot of a task that fails', async () => {
  const inSlot = createLanes(1);

  await expect(inSlot(() => Promise.reject(new Error('no')), false)).rejects.toThrow('no');
  expect(await inSlot(async () => 'next', false)).toBe('next');
});
