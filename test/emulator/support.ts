import { startEmulator } from '../../src/emulator/emulator.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/emulator.ts';

export interface WireMembership {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly roleNames: readonly string[];
  readonly permissions: readonly string[];
}

export interface WireUser {
  readonly userId: string;
  readonly loginIds: readonly string[];
  readonly status: string;
  readonly email: string;
  readonly test: boolean;
  readonly createdTime: number;
  readonly roleNames: readonly string[];
  readonly permissions: readonly string[];
  readonly userTenants: readonly WireMembership[];
}

export interface SearchAnswer {
  readonly users: readonly WireUser[];
  readonly total: number;
}

export interface Client {
  readonly emulator: Emulator;
  /** A request as the connector sends it; the answer is not judged. */
  send(method: string, path: string, body?: unknown): Promise<Response>;
  /** The body of a request that must succeed. */
  call<T = Record<string, unknown>>(path: string, body?: unknown): Promise<T>;
  search(body?: Record<string, unknown>): Promise<SearchAnswer>;
  load(id: string): Promise<WireUser>;
  /** Every user id, read page by page. */
  ids(body: Record<string, unknown>): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const byCreated = [{ field: 'createdTime', desc: false }];

/** Starts an emulator and a bare HTTP client for it; `await using` ends both. */
export async function startClient(options: EmulatorOptions = {}): Promise<Client> {
  const emulator = await startEmulator(options);
  const send = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(emulator.baseUrl + path, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${emulator.projectId}:${emulator.managementKey}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const call = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await send(body === undefined ? 'GET' : 'POST', path, body);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const search = (body: Record<string, unknown> = {}): Promise<SearchAnswer> =>
    call<SearchAnswer>('/v2/mgmt/user/search', body);

  return {
    emulator,
    send,
    call,
    search,
    load: async (id) => (await call<{ user: WireUser }>(`/v1/mgmt/user?loginId=${encodeURIComponent(id)}`)).user,
    async ids(body) {
      const ids: string[] = [];
      for (let page = 0; ; page += 1) {
        const { users } = await search({ ...body, page });
        if (users.length === 0) return ids;
        ids.push(...users.map((user) => user.userId));
      }
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}
