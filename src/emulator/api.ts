import { ApiError, badRequest } from './api-error.ts';
import type { RequestInfo } from './api-request.ts';
import type { Endpoints } from './endpoint.ts';
import type { GeneralSwitches } from './general-switches.ts';
import { createRateLimiter } from './rate-limit.ts';
import { errorReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { createRequestBody } from './request-body.ts';

/** The Management API without HTTP: one request in, one answer out, never an exception. */
export interface Api {
  answer(request: RequestInfo, authorized: boolean): Reply;
}

export function createApi(endpoints: Endpoints, switches: GeneralSwitches, now: () => number): Api {
  const limiter = createRateLimiter(switches, now);
  const known = switches.unknownFields === 'reject';

  const run = (request: RequestInfo): Reply => {
    const found = Object.hasOwn(endpoints, request.endpoint) ? endpoints[request.endpoint] : undefined;
    if (!found) return errorReply(404, 'E990001', 'No such endpoint');
    const parse = (value: unknown) => createRequestBody(value, known ? found.fields : undefined);
    if (typeof request.body === 'string') throw badRequest('The request body is not JSON');
    const body = parse(request.method === 'GET' ? {} : (request.body ?? {}));
    const answer = found.run({ body, query: request.query, parse });
    if ('json' in answer) return jsonReply(200, answer.json);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: answer.bytes };
  };

  return {
    answer(request, authorized) {
      const refused = limiter.check(request.path);
      if (refused) return refused;
      if (!authorized) {
        return errorReply(switches.badBearerStatus, 'E990010', 'The management key is not valid');
      }
      try {
        return run(request);
      } catch (error) {
        if (error instanceof ApiError) return jsonReply(error.status, error.toBody());
        // Names the stand-in as the cause, so that nobody looks for the mistake in the client.
        return errorReply(500, 'E990099', `emulator bug: ${error instanceof Error ? error.stack : String(error)}`);
      }
    },
  };
}
