import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { eventually } from '../support/eventually.ts';

/** The text of a file that the browser is about to write. */
export async function savedText(path: string): Promise<string> {
  return await eventually(async () => {
    const text = await readFile(path, 'utf8').catch(() => '');
    expect(text, `the browser has not written ${path}`).not.toBe('');
    return text;
  });
}
