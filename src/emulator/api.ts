import { ApiError, badRequest } from './api-error.ts';
import type { RequestInfo } from './api-request.ts';
import type { Endpoints } from './endpoint.ts';
import { endpoint } from './endpoint.ts';
import { permissionEndpoints } from './permission-endpoints.ts';
import type { Project } from './project.ts';
import { createRateLimiter } from './rate-limit.ts';
import { errorReply, jsonReply } from './reply.ts';
import type { Reply } from './reply.ts';
import { createRequestBody } from './request-body.ts';
import { roleEndpoints } from './role-endpoints.ts';
import { tenantEndpoints } from './tenant-endpoints.ts';
import { userLifecycleEndpoints } from './user-lifecycle-endpoints.ts';
import { userReadEndpoints } from './user-read-endpoints.ts';
import { userRoleEndpoints } from './user-role-endpoints.ts';

/** The Management API without HTTP: one request in, one answer out, never an exception. */
export interface Api {
  answer(request: RequestInfo, authorized: boolean): Reply;
}

export function createApi(project: Project, now: () => number): Api {
  const limiter = createRateLimiter(project.switches, now);
  const known = project.switches.unknownFields === 'reject';
  const endpoints: Endpoints = {
    ...userReadEndpoints(project),
    ...userRoleEndpoints(project),
    ...userLifecycleEndpoints(project),
    ...tenantEndpoints(project),
    ...roleEndpoints(project),
    ...permissionEndpoints(project),
    'GET /v1/mgmt/license': endpoint([], () => ({ json: { rateLimitTier: 'tier2' } })),
  };

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
        return errorReply(project.switches.badBearerStatus, 'E990010', 'The management key is not valid');
      }
      try {
        return run(request);
      } catch (error) {
        if (error instanceof ApiError) return jsonReply(error.status, error.toBody());
        // A mistake of the stand-in itself: say so, or a test hunts for it in the client.
        return errorReply(500, 'E990099', `emulator bug: ${error instanceof Error ? error.stack : String(error)}`);
      }
    },
  };
}
