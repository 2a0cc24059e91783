import { describe, expect, it } from 'vitest';
import { readImageFacts } from './dockerfile.ts';
import { copiedFiles, dockerignore, sentToBuilder } from './dockerignore.ts';

describe('.dockerignore', () => {
  const files = copiedFiles(readImageFacts().build);
  const isSent = sentToBuilder(dockerignore());

  it('lets everything through that the build takes', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.filter((path) => !isSent(path))).toEqual([]);
  });

  it('would be found out if it kept one file of them', () => {
    const kept = files.find((path) => path.endsWith('/tsconfig.json')) ?? '';
    const without = sentToBuilder(dockerignore().replace(`!${kept}\n`, ''));

    expect(kept).toMatch(/^src\//);
    expect(files.filter((path) => !without(path))).toEqual([kept]);
  });

  it.each([
    '.env',
    'sync.json',
    'node_modules/got/package.json',
    'src/cli/sync.json',
    'src/.env',
    'src/a/management-key',
  ])('keeps %s out', (path) => {
    expect(isSent(path)).toBe(false);
  });
});
