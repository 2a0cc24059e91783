import { createContext } from 'preact';
import { useContext, useEffect, useReducer } from 'preact/hooks';
import type { DecisionStore } from './data/decisions.ts';
import type { Holdings } from './data/holdings.ts';
import type { Keeper } from './data/keeper.ts';

/** What every part of the page may need. Made once. */
export interface Review {
  readonly holdings: Holdings;
  readonly store: DecisionStore;
  readonly keeper: Keeper;
  /** Tells a screen reader, and whoever looks, what was just done. */
  readonly announce: (text: string) => void;
}

export const ReviewContext = createContext<Review | undefined>(undefined);

/** Draws its view anew with every decision. */
export function useReview(): Review {
  const review = useContext(ReviewContext);
  if (review === undefined) {
    throw new Error('a view outside the review');
  }
  const [, redraw] = useReducer<number, undefined>((times) => times + 1, 0);
  useEffect(() => review.store.onChange(() => redraw(undefined)), [review]);
  return review;
}
