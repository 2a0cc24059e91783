import { getHeapStatistics } from 'node:v8';
import type { Endpoint } from './endpoint.ts';

const bytesPerMiB = 1024 * 1024;
const usualMostMiB = 256;
/** A list takes about six times the size of its answer while a sync runs: an eighth of the heap leaves room for the rest. */
const partOfHeap = 8;
/** Pages of users are many at once; a hundred users with large custom attributes must fit all the same. */
const partForUsers = 8;
const leastForUsersMiB = 32;

/** How large an answer may be when nobody says otherwise, in MiB: what this process has the memory for, 256 at most. */
export function usualMaxResponseMiB(heapBytes = getHeapStatistics().heap_size_limit): number {
  return Math.max(1, Math.min(usualMostMiB, Math.floor(heapBytes / partOfHeap / bytesPerMiB)));
}

/** How large the body of an answer may be, in bytes, as it came and when it is unpacked: the only place that says so. */
export function maxBodyBytes(endpoint: Endpoint, maxResponseMiB: number): number {
  const forUsersMiB = Math.max(leastForUsersMiB, maxResponseMiB / partForUsers);
  return Math.floor((endpoint.isWhole === true ? maxResponseMiB : forUsersMiB) * bytesPerMiB);
}
