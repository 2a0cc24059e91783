import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { writeErr } from './streams.ts';

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

/** One line on a terminal that is drawn anew until what it tells of is done. */
export interface Spinner {
  show(text: string): void;
  /** Leaves a last line in its place, marked as done or failed, and gives the cursor back. */
  end(isDone: boolean, text: string): Promise<void>;
}

/**
 * listr2 draws on stderr, where nothing of a result belongs; what others write there meanwhile it puts behind the line.
 * Signals are ours alone, but for Ctrl-Z, of which it knows nothing: the shell that comes back must have its cursor.
 */
export function startSpinner(title: string): Spinner {
  let set: { title: string; output: string } | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const drawn = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          set = task;
          await promise;
        },
      },
    ],
    {
      renderer: 'default',
      rendererOptions: {
        logger: new ListrLogger({
          processOutput: new ProcessOutput(process.stderr, process.stderr, { leaveEmptyLine: false }),
        }),
        formatOutput: 'truncate',
        showErrorMessage: false,
        collapseErrors: false,
      },
      registerSignalListeners: false,
    },
  )
    .run()
    .catch(() => undefined); // the caller of the work sees the error

  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  process.on('exit', giveBack);
  return {
    show: (text) => {
      if (set !== undefined) {
        set.output = text;
      }
    },
    end: async (isDone, text) => {
      if (set !== undefined) {
        set.output = '';
        set.title = text;
      }
      (isDone ? resolve : reject)();
      await drawn;
      process.off('SIGTSTP', suspend);
      process.off('SIGCONT', resume);
      process.off('exit', giveBack);
      giveBack();
    },
  };
}

function suspend(): void {
  giveBack();
  process.kill(process.pid, 'SIGSTOP');
}

function resume(): void {
  writeErr(hideCursor);
}

/** Runs in whatever way the process ends. */
function giveBack(): void {
  writeErr(showCursor);
}
