import { type Row, text } from './world.ts';

/** What is said of a configuration whose provider Descope follows by itself: `metadata` is its address. */
export function followed(row: Row): string {
  return text(row, 'metadata') === '' ? '' : '; Descope follows the metadata address';
}
