import { number } from '../../report-page/format.ts';
import { useReview } from '../context.ts';

/** How far the review is. */
export function Progress() {
  const { store } = useReview();
  const { keep, revoke, question, open, withoutReason } = store.counts();
  const decided = store.count - open;
  return (
    <section class="progress" aria-label="Progress">
      <progress max={store.count} value={decided} aria-label="Decided" />
      <p>
        <strong>
          {number(decided)} of {number(store.count)} decided
        </strong>
        : {number(keep)} keep, {number(revoke)} revoke, {number(question)} question; {number(open)} open
        {withoutReason > 0 && (
          <span class="needs">
            {' '}
            · {number(withoutReason)} to revoke without a reason: say why, or nothing is applied
          </span>
        )}
      </p>
    </section>
  );
}
