import { invalidArgument } from '../api-error.ts';
import { hashText } from '../random.ts';
import type { UserRecord } from './records.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';

export interface SortKey {
  readonly field: string;
  readonly desc: boolean;
}

export type UserCompare = (a: UserRecord, b: UserRecord) => number;

const readers: Readonly<Record<string, (record: UserRecord) => string | number>> = {
  id: (record) => record.userId,
  modifiedTime: (record) => record.modifiedTime,
  createdTime: (record) => record.createdTime,
  externalId: (record) => record.loginIds[0] ?? '',
  displayName: (record) => record.name,
  tenant: (record) => record.tenants[0]?.tenantId ?? '',
  phoneNumber: (record) => record.phone,
  email: (record) => record.email,
  status: (record) => record.status,
};

export function parseSort(body: RequestBody): SortKey[] {
  return body.objects('sort').map((value) => {
    const entry = createRequestBody(value, ['field', 'desc']);
    const field = entry.required('field');
    if (!Object.hasOwn(readers, field)) throw invalidArgument(`cannot sort by "${field}"`);
    return { field, desc: entry.flag('desc') === true };
  });
}

/** Compares by the keys in turn. Users equal in all of them compare as 0: a stable sort then keeps their order. */
export function toCompare(keys: readonly SortKey[]): UserCompare {
  const compares = keys.map(({ field, desc }): UserCompare => {
    const read = readers[field] ?? (() => 0);
    const sign = desc ? -1 : 1;
    return (a, b) => {
      const left = read(a);
      const right = read(b);
      if (left === right) return 0;
      return left < right ? -sign : sign;
    };
  });
  return (a, b) => {
    for (const compare of compares) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

/** Orders users by chance, the chance being a pure function of `key`. */
export function toShuffle(key: number): UserCompare {
  return (a, b) => hashText(key, a.userId) - hashText(key, b.userId);
}
