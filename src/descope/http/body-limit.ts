import { getHeapStatistics } from 'node:v8';
import type { Endpoint } from './endpoint.ts';

const bytesPerMiB = 1024 * 1024;
const usualMostMiB = 256;
/**
 * During a sync a list takes about six times the size of its answer: an eighth of the heap leaves room for the rest.
 */
const partOfHeap = 8;
/** Many pages of users are held at once. A page of a hundred users with large custom attributes must still fit. */
const partForUsers = 8;
const leastForUsersMiB = 32;

/** The default size limit of an answer, in MiB: what this process has the memory for, 256 at most. */
export function usualMaxResponseMiB(heapBytes = getHeapStatistics().heap_size_limit): number {
  return Math.max(1, Math.min(usualMostMiB, Math.floor(heapBytes / partOfHeap / bytesPerMiB)));
}

/** The size limit of an answer's body in bytes, both as it came and unpacked. No other place sets one. */
export function maxBodyBytes(endpoint: Endpoint, maxResponseMiB: number): number {
  const forUsersMiB = Math.max(leastForUsersMiB, maxResponseMiB / partForUsers);
  return Math.floor((endpoint.isWhole === true ? maxResponseMiB : forUsersMiB) * bytesPerMiB);
}
