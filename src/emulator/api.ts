import { ApiError, badRequest } from './api-error.ts';
import type { RequestInfo } from './api-request.ts';
import type { Endpoints, KeyScope } from './endpoint.ts';
import type { AuditSwitches } from './audit/switches.ts';
import type { GeneralSwitches } from './general-switches.ts';
import { createRateLimiter } from './rate-limit.ts';
import { errorReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { createRequestBody } from './request-body.ts';

/** The key that a request came with. */
export interface PresentedKey {
  readonly scope: KeyScope;
  /** The id of the project may be left out of the header for calls about the company. */
  readonly namesProject: boolean;
}

/** The Management API without HTTP: one request in, one answer out, never an exception. */
export interface Api {
  /** `key` is undefined for a key that opens nothing. */
  answer(request: RequestInfo, key: PresentedKey | undefined): Reply;
}

export function createApi(endpoints: Endpoints, switches: GeneralSwitches & AuditSwitches, now: () => number): Api {
  const limiter = createRateLimiter(switches, now);
  const known = switches.unknownFields === 'reject';

  const unauthorized = (): Reply => errorReply(switches.badBearerStatus, 'E990010', 'The management key is not valid');
  const run = (request: RequestInfo, { scope, namesProject }: PresentedKey): Reply => {
    const found = Object.hasOwn(endpoints, request.endpoint) ? endpoints[request.endpoint] : undefined;
    if (!found) return errorReply(404, 'E990001', 'No such endpoint');
    if (!namesProject && !found.company) return unauthorized();
    const parse = (value: unknown) => createRequestBody(value, known ? found.fields : undefined);
    if (typeof request.body === 'string') throw badRequest('The request body is not JSON');
    const body = parse(request.method === 'GET' ? {} : (request.body ?? {}));
    const answer = found.run({ body, query: request.query, parse, keyScope: scope });
    if ('json' in answer) return jsonReply(200, answer.json);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: answer.bytes };
  };

  return {
    answer(request, key) {
      const refused = limiter.check(request.path);
      if (refused) return refused;
      if (!key) return unauthorized();
      try {
        return run(request, key);
      } catch (error) {
        if (error instanceof ApiError) return jsonReply(error.status, error.toBody());
        // Names the stand-in as the cause, so that nobody looks for the mistake in the client.
        return errorReply(500, 'E990099', `emulator bug: ${error instanceof Error ? error.stack : String(error)}`);
      }
    },
  };
}
