/** The message of what is thrown; fails when nothing is. */
export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  throw new Error('nothing was thrown');
}
