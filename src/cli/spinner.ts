import { fitted } from '../answers/table.ts';
import { writeErr } from './streams.ts';
import { type Style, painter, widthOf } from './terminal.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 100;

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const clearLine = '\r\u001B[2K';

/** One line on a terminal that is drawn anew until what it tells of is done. */
export interface Spinner {
  show(text: string): void;
  /** Puts a last line in its place, and gives the cursor back. */
  end(mark: string, style: Style, text: string): void;
}

/** The line never wraps: a wrapped one could not be taken back. */
export function startSpinner(text: string): Spinner {
  const paint = painter(process.stderr);
  let shown = text;
  let frame = 0;

  function draw(): void {
    const width = widthOf(process.stderr) ?? 80; // asked each time: a window changes its size
    writeErr(`${clearLine}${paint('yellow', frames[frame % frames.length] ?? '')} ${fitted(shown, Math.max(1, width - 3))}`);
  }

  /** Ctrl-Z: the shell that comes back must have its cursor. */
  function suspend(): void {
    writeErr(`${clearLine}${showCursor}`);
    process.kill(process.pid, 'SIGSTOP');
  }

  function resume(): void {
    writeErr(hideCursor);
    draw();
  }

  function giveBack(): void {
    writeErr(showCursor); // however the process ends
  }

  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, frameMs);
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  process.on('exit', giveBack);
  writeErr(hideCursor);
  draw();
  return {
    show: (next) => {
      shown = next;
    },
    end: (mark, style, last) => {
      clearInterval(timer);
      process.off('SIGTSTP', suspend);
      process.off('SIGCONT', resume);
      process.off('exit', giveBack);
      writeErr(`${clearLine}${paint(style, mark)} ${last}\n${showCursor}`);
    },
  };
}
