import { useRef, useState } from 'preact/hooks';
import { counted } from '../../report-page/format.ts';
import { saveFile } from '../../report-page/views/grid-work.ts';
import { useReview } from '../context.ts';
import { browserHash, fromFile, toFile } from '../data/file.ts';

/** Saves the decisions as a file, and opens such a file again. */
export function FileTools() {
  const { holdings, store, announce } = useReview();
  const [problem, setProblem] = useState('');
  const [saved, setSaved] = useState(store.version());
  const input = useRef<HTMLInputElement>(null);

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      setProblem('');
      await work();
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : 'It failed.');
    }
  }

  const save = (): Promise<void> =>
    attempt(async () => {
      const version = store.version();
      saveFile('decisions.json', await toFile(holdings, store, Date.now(), browserHash), 'application/json');
      setSaved(version);
      announce('Saved as decisions.json. Hand it back to whoever gave you this page.');
    });

  const open = (file: File | undefined): Promise<void> =>
    attempt(async () => {
      if (file !== undefined) {
        const taken = store.merge(await fromFile(await file.text(), holdings, browserHash));
        announce(`${counted(taken, 'decision')} taken over from the file.`);
      }
    });

  return (
    <div class="file-tools">
      <button type="button" class="main-button" onClick={() => void save()}>
        Save decisions
      </button>
      <button type="button" class="quiet-button" onClick={() => input.current?.click()}>
        Open decisions …
      </button>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept=".json,application/json"
        aria-label="A file of decisions to open"
        tabIndex={-1}
        onChange={(event) => {
          void open(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class="quiet-button"
        disabled={!store.canUndo()}
        onClick={() => announce(`Taken back: the last change, of ${counted(store.undo(), 'holding')}.`)}
      >
        Undo
      </button>
      <span class="note">
        {store.version() === saved
          ? 'Decisions stay in this browser; save them as a file to hand them in.'
          : 'There are decisions that are not saved as a file yet.'}
      </span>
      {problem !== '' && (
        <p class="proof warn" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
