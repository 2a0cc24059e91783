import { answerObject, listIn, rowDecoder } from '../answer-shape.ts';
import { identity, integer, type JsonObject } from '../decode.ts';
import type { CallOptions } from '../http/call.ts';
import type { ListEndpoint } from '../http/endpoint.ts';
import type { HttpClient } from '../http/http-client.ts';
import { parseJson } from '../http/json-body.ts';
import { named } from '../record-names.ts';

/** How many users are asked about at once: the largest number is not published. */
export const historyBatch = 100;

export const loginHistoryEndpoint = {
  method: 'POST',
  path: '/v2/mgmt/user/history',
  effect: 'read',
  answers: 'list',
  bucket: 'general',
} as const satisfies ListEndpoint;

export interface LoginHistoryCalls {
  /**
   * When each of so many users last signed in, in epoch seconds. Who is missing has no login that Descope still knows
   * of: how far back it looks is not documented.
   */
  loginTimes(userIds: readonly string[], call?: CallOptions): Promise<ReadonlyMap<string, number>>;
}

export function createLoginHistoryCalls(http: Pick<HttpClient, 'read'>): LoginHistoryCalls {
  return {
    loginTimes: async (userIds, call) => {
      const latest = new Map<string, number>();
      const parse = (body: Uint8Array): void => {
        latest.clear();
        for (const { userId, loginTime } of decodeHistory(parseJson(body))) {
          latest.set(userId, Math.max(loginTime, latest.get(userId) ?? 0));
        }
      };
      await http.read(loginHistoryEndpoint, { json: { userIds }, parse }, call);
      return latest;
    },
  };
}

interface LoginRow {
  readonly userId: string;
  readonly loginTime: number;
}

function decodeHistory(json: unknown): readonly LoginRow[] {
  const key = 'usersAuthHistory';
  const decode = rowDecoder(loginHistoryEndpoint, key, decodeRow, (row) => named('login of user', row['userId']));
  return listIn(loginHistoryEndpoint, answerObject(loginHistoryEndpoint, json), key).map(decode);
}

function decodeRow(row: JsonObject): LoginRow {
  return { userId: identity(row, 'userId'), loginTime: integer(row, 'loginTime') ?? 0 };
}
