import { useState } from 'preact/hooks';
import { counted } from '../../report-page/format.ts';
import { type Decision, decisionWords, longestReason } from '../../review/format.ts';
import { useReview } from '../context.ts';
import { decisionNames } from '../data/words.ts';

/** Decides of all holdings that the list shows, or of those of them that are open. */
export function BulkTools({
  rows,
  announce,
}: {
  readonly rows: Uint32Array;
  readonly announce: (text: string) => void;
}) {
  const { holdings, store } = useReview();
  const [reason, setReason] = useState('');
  const [onlyOpen, setOnlyOpen] = useState(true);
  const some = rows.filter((row) => holdings.isDecidable(row) && (!onlyOpen || store.of(row).decision === undefined));

  function decide(decision: Decision): void {
    store.decide(some, decision, reason.trim() === '' ? undefined : reason.trim());
    announce(`${counted(some.length, 'holding')}: ${decisionNames[decision].toLowerCase()}. “Undo” takes it back.`);
    setReason('');
  }

  return (
    <fieldset class="bulk">
      <legend>All {counted(some.length, 'holding')} in this list</legend>
      <label class="check">
        <input type="checkbox" checked={onlyOpen} onChange={(event) => setOnlyOpen(event.currentTarget.checked)} /> only
        those still open
      </label>
      <input
        type="text"
        aria-label="Reason for all of them"
        placeholder="Reason for all of them"
        maxLength={longestReason}
        value={reason}
        onInput={(event) => setReason(event.currentTarget.value)}
      />
      {decisionWords.map((word) => (
        <button
          key={word}
          type="button"
          class="quiet-button"
          disabled={some.length === 0 || (word === 'revoke' && reason.trim() === '')}
          title={word === 'revoke' ? 'A revoke needs a reason' : undefined}
          onClick={() => decide(word)}
        >
          {decisionNames[word]} all
        </button>
      ))}
    </fieldset>
  );
}
