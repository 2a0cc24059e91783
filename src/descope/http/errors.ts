import { ConnectorError, type ErrorKind } from '../../errors.ts';
import { type Endpoint, endpointLabel } from './endpoint.ts';
import { inWords, rightOf } from './rights.ts';

/** How one attempt failed. `retryAfterMs` is the wait that the service asked for, within our bounds. */
export interface AttemptFailure {
  readonly error: ConnectorError;
  readonly retry: 'never' | 'yes' | 'rate-limit' | 'body';
  readonly retryAfterMs?: number;
}

/** Thrown by an attempt that failed. Anything else that an attempt throws is final. */
export class AttemptFailed extends Error {
  readonly failure: AttemptFailure;

  constructor(failure: AttemptFailure) {
    super(failure.error.message);
    this.failure = failure;
  }
}

/** Descope's own code from an error body, when the body is the JSON that the SDKs know. 5xx and 429 can be HTML. */
function descopeCode(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const code = typeof parsed === 'object' && parsed !== null && 'errorCode' in parsed ? parsed.errorCode : undefined;
    return typeof code === 'string' && /^E\d{3,9}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** What to say where a call about the company is refused, or answered as to a key of one project. */
export const companyKeyNeeded =
  'reading the console needs a management key of the whole company, which no project limits: name it with ' +
  'DESCOPE_COMPANY_MANAGEMENT_KEY or DESCOPE_COMPANY_MANAGEMENT_KEY_FILE (company-management-key-file in the ' +
  'config file), or leave console out of --include';

/** The same where the key itself is not known: which setting it came from. */
export const companyKeyRefused =
  'the key comes from DESCOPE_COMPANY_MANAGEMENT_KEY or DESCOPE_COMPANY_MANAGEMENT_KEY_FILE ' +
  '(company-management-key-file in the config file), and is the management key where none of them is set: check ' +
  'it, its expiry, DESCOPE_PROJECT_ID and the region of the base URL, or leave console out of --include';

/** Turns an HTTP status other than 2xx into our error. Status first, code second: most codes are unpublished. */
export function failureOfStatus(
  endpoint: Endpoint,
  status: number,
  body: string,
  retryAfterMs?: number,
): AttemptFailure {
  const code = descopeCode(body);
  const isList = endpoint.answers === 'list';
  const facts = { endpoint: endpointLabel(endpoint), status, ...(code !== undefined && { code }) };
  const where = `${facts.endpoint} answered ${status}${code === undefined ? '' : ` (${code})`}`;
  const fail = (kind: ErrorKind, message: string): ConnectorError => new ConnectorError(kind, message, facts);
  const ofCompany = endpoint.isOfCompany === true ? `; ${companyKeyNeeded}` : '';

  if (status === 429) {
    return {
      error: fail('rate-limited', `Descope's rate limit is used up: ${where}`),
      retry: 'rate-limit',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  if (status === 401) {
    return {
      error: fail(
        'unauthenticated',
        endpoint.isOfCompany === true
          ? `Descope refused the management key of the company: ${where}; ${companyKeyRefused}`
          : `Descope refused the management key: ${where}; check DESCOPE_PROJECT_ID, the key, its expiry and the region of the base URL`,
      ),
      retry: 'never',
    };
  }
  if (status === 403) {
    return {
      error: fail(
        'forbidden',
        `the management key may not do this: ${where} (it needs the right to ${inWords(rightOf(endpoint))}); check the ` +
          `key's roles, project scope and permitted IPs${ofCompany}`,
      ),
      retry: 'never',
    };
  }
  if (status >= 300 && status < 400) {
    return {
      error: fail('upstream-contract', `${where}: a redirect is not an answer and is not followed; check the base URL`),
      retry: 'never',
    };
  }
  if (status >= 500) {
    return {
      error: fail('unavailable', `Descope is not answering properly: ${where}`),
      retry: 'yes',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  if (status === 408) {
    return { error: fail('timeout', where), retry: 'yes' };
  }
  if (status === 404) {
    return isList
      ? {
          error: fail(
            'upstream-contract',
            `${where}: a list cannot be missing; check the base ` +
              `URL${endpoint.includedBy === undefined ? '' : `, or leave ${endpoint.includedBy} out of --include where the deployment has no such call`}`,
          ),
          retry: 'never',
        }
      : { error: fail('not-found', where), retry: 'never' };
  }
  if (status === 409 && !isList) {
    return { error: fail('conflict', where), retry: 'never' };
  }
  return {
    error: fail(isList ? 'upstream-contract' : 'invalid', `Descope refused the request: ${where}`),
    retry: 'never',
  };
}

/** A 200 whose body is not what the endpoint answers. */
export function shapeError(endpoint: Endpoint, problem: string): ConnectorError {
  return new ConnectorError(
    'upstream-contract',
    `${endpointLabel(endpoint)} answered in an unknown shape: ${problem}`,
    {
      endpoint: endpointLabel(endpoint),
    },
  );
}
