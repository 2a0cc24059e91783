/** Of which request and which attempt a key was made: written into its description, by which it is found again. */
export interface IssueMark {
  /** The caller's id of the request. */
  readonly request: string;
  /** Ours of the attempt: a repeated request is another attempt. */
  readonly attempt: string;
}

const form = /\(request ([A-Za-z0-9_-]{1,128}), attempt ([0-9a-f-]{36})\)$/;

export function issuedDescription({ request, attempt }: IssueMark): string {
  return `Issued by baton-descope (request ${request}, attempt ${attempt})`;
}

/** Undefined for a key that was not issued here. */
export function markOf(description: string): IssueMark | undefined {
  const [, request, attempt] = form.exec(description) ?? [];
  return request === undefined || attempt === undefined ? undefined : { request, attempt };
}
