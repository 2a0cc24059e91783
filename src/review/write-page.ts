import { gzipSync } from 'node:zlib';
import { dataMark, withOwner } from '../answers/report.ts';
import type { ReviewData } from './format.ts';

/** The page of a review: the built page, with the data in it as gzip in base64. */
export function reviewPage(data: ReviewData, template: string): string {
  const [before, after, more] = template.split(dataMark);
  if (before === undefined || after === undefined || more !== undefined) {
    throw new Error('the page has no single place for its data');
  }
  const zipped = gzipSync(JSON.stringify(data), { level: 9 }).toString('base64');
  return `${withOwner(before, data.about.projectId)}${zipped}${after}`;
}
