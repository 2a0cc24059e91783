import { createHash } from 'node:crypto';
import { type Decisions, linesOfReview, type ReviewAbout, type ReviewRow, sealLines } from './format.ts';

/** Names a review, and changes with whatever it shows. */
export function reviewHash(about: ReviewAbout, rows: readonly ReviewRow[]): string {
  return hashOf(linesOfReview(about, rows));
}

export function sealOf(decisions: Pick<Decisions, 'review' | 'savedAt' | 'rows'>): string {
  return hashOf(sealLines(decisions));
}

export function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
