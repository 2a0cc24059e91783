import { isKind } from '../errors.ts';
import { printable } from '../printable.ts';
import { tellPlainly, tellsJson } from './tell.ts';
import { canRedraw } from './terminal.ts';

/** One step of a command, shown on stderr: a spinner with a changing line on a terminal, plain lines off it. */
export interface Step {
  readonly title: string;
  /** Does the work; `tell` shows how far it is, the returned text replaces the title. */
  readonly run: (tell: (text: string) => void) => Promise<string>;
}

/**
 * Runs steps one after the other. Results belong on stdout, so nothing of this goes there. What a step throws is thrown
 * on as it is; only its title is marked, since whoever catches the error says it once.
 */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  for (const { title, run } of steps) {
    const line = isRedrawn() ? await redrawnLine(printable(title)) : plainLine(printable(title));
    try {
      await line.done(printable(await run((text) => line.tell(printable(text)))));
    } catch (thrown) {
      await line.failed(isKind(thrown, 'cancelled') ? 'stopped' : 'failed');
      throw thrown;
    }
  }
}

/** Whether progress is one line that changes; else each line stays. */
export function isRedrawn(): boolean {
  return canRedraw(process.stderr) && !tellsJson();
}

interface Line {
  readonly tell: (text: string) => void;
  readonly done: (text: string) => Promise<void>;
  readonly failed: (how: 'failed' | 'stopped') => Promise<void>;
}

async function redrawnLine(title: string): Promise<Line> {
  const { startSpinner } = await import('./spinner.ts'); // what draws is needed on a terminal only
  const spinner = startSpinner(title);
  return {
    tell: (text) => spinner.show(text),
    done: (text) => spinner.end(true, text),
    failed: () => spinner.end(false, title),
  };
}

function plainLine(title: string): Line {
  const mark = (sign: string): string => (tellsJson() ? '' : `${sign} `);
  tellPlainly(mark('❯') + title);
  return {
    tell: (text) => tellPlainly(mark('›') + text),
    done: async (text) => tellPlainly(mark('✔') + text),
    failed: async (how) => tellPlainly(`${mark('✖')}${title}: ${how}`),
  };
}
