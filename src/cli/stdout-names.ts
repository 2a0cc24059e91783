const names: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** Whether an `--out` means standard output. */
export function isStdout(out: unknown): boolean {
  return typeof out === 'string' && names.has(out);
}
