const minWaitMs = 1_000;
const maxWaitMs = 24 * 60 * 60_000;

/**
 * Milliseconds that a Retry-After header asks for, between 1 s and a day: whether to wait that long is
 * for the retry's owner to say. Whole seconds (what Descope sends) or an HTTP
 * date, which is measured against the same answer's Date header so that a wrong clock on either side does not matter.
 * Undefined when the header is missing or means nothing: the caller then backs off by itself.
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
