import { type Decision, decisionWords } from '../../review/format.ts';
import { decisionNames } from '../data/words.ts';

/** Keep, revoke, question: one of them is pressed, or none. In a list the keys of the row do the same. */
export function DecisionButtons({
  chosen,
  inGrid = false,
  onChoose,
}: {
  readonly chosen: Decision | undefined;
  readonly inGrid?: boolean;
  readonly onChoose: (decision: Decision | undefined) => void;
}) {
  return (
    <span class="decisions" role="group" aria-label="Decision">
      {decisionWords.map((word) => (
        <button
          key={word}
          type="button"
          class={`decision ${word}`}
          aria-pressed={chosen === word}
          tabIndex={inGrid ? -1 : undefined}
          onClick={() => onChoose(chosen === word ? undefined : word)}
        >
          {decisionNames[word]}
        </button>
      ))}
    </span>
  );
}
