const minWaitMs = 1_000;
const maxWaitMs = 24 * 60 * 60_000;

/**
 * The milliseconds that a Retry-After header asks for, between 1 s and a day; retry.ts decides whether to wait that
 * long. Takes whole seconds (which Descope sends) or an HTTP date, which is compared with the Date header of the same
 * answer, so that a wrong clock on either side does not matter. Undefined when the header is missing or not understood.
 */
export function parseRetryAfter(header: string | undefined, serverTimeMs: number | undefined): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '') {
    return undefined;
  }
  if (/^\d{1,9}$/.test(value)) {
    return clamp(Number(value) * 1_000);
  }
  const at = /^[A-Za-z]{3}, .+ GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at) || serverTimeMs === undefined) {
    return undefined;
  }
  return clamp(at - serverTimeMs);
}

function clamp(ms: number): number {
  return Math.min(maxWaitMs, Math.max(minWaitMs, ms));
}
