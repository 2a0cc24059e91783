import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CompanyRecords, listCalls, pagedCalls, type UserRecord } from './company-records.ts';

/** How many rows a page of the paged lists has at most, whatever is asked for: so that few records make several pages. */
const mostOnPage = 7;

/**
 * Answers the reads of one project from its records, and shares nothing with the embedded project or with src: no
 * defaults, no checks, no writes. Whatever else is asked for is not there.
 */
export interface PlainServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly projectId: string;
  /** "GET /v1/..." of every request so far. */
  readonly requests: readonly string[];
}

export const plainProjectId = 'P2PlainProject00000000000000';

export async function startPlainServer(records: CompanyRecords): Promise<PlainServer> {
  const requests: string[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://plain');
    const call = `${request.method} ${url.pathname}`;
    requests.push(call);
    const answer = answerTo(records, call, url.searchParams, body);
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? {}));
  };
  const server = createServer((request, response) => void reply(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // on TCP it is neither null nor a path
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    projectId: plainProjectId,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Asked {
  readonly limit?: number;
  readonly offset?: number;
  readonly page?: number;
  readonly fromCreatedTime?: string;
  readonly toCreatedTime?: string;
  readonly userIds?: readonly string[];
}

function answerTo(records: CompanyRecords, call: string, query: URLSearchParams, body: Asked): object | undefined {
  if (call === 'POST /v2/mgmt/user/search') {
    return usersOf(records.users, body);
  }
  for (const [name, [method, path, key]] of Object.entries(listCalls)) {
    if (call === `${method} ${path}`) {
      return { [key]: records[name as keyof typeof listCalls] };
    }
  }
  for (const [name, [method, path, key]] of Object.entries(pagedCalls)) {
    if (call === `${method} ${path}`) {
      const all = records[name as keyof typeof pagedCalls];
      const asked = method === 'GET' ? { page: Number(query.get('page')), limit: Number(query.get('limit')) } : body;
      const limit = Math.min(asked.limit ?? mostOnPage, mostOnPage);
      const from = (asked.page ?? 0) * limit;
      return { [key]: all.slice(from, from + limit), total: all.length };
    }
  }
  return undefined;
}

function usersOf(users: readonly UserRecord[], asked: Asked): object {
  const { limit = 100, offset = 0, fromCreatedTime, toCreatedTime, userIds } = asked;
  const found = users
    .filter(({ createdTime }) => fromCreatedTime === undefined || createdTime * 1000 >= Number(fromCreatedTime))
    .filter(({ createdTime }) => toCreatedTime === undefined || createdTime * 1000 <= Number(toCreatedTime))
    .filter(({ userId }) => userIds === undefined || userIds.includes(userId))
    .toSorted((left, right) => left.createdTime - right.createdTime);
  return { users: found.slice(offset, offset + limit), total: found.length };
}

async function bodyOf(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  const text = Buffer.concat(parts).toString();
  return text === '' ? {} : (JSON.parse(text) as Asked);
}
