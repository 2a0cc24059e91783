/** What is done when a command has ended, well or not, and before the process ends. */
const works: (() => Promise<void>)[] = [];

export function atEnd(work: () => Promise<void>): void {
  works.push(work);
}

/** Does it, the latest first. None of it may fail the command. */
export async function finishAll(): Promise<void> {
  for (let work = works.pop(); work !== undefined; work = works.pop()) {
    await work().catch(() => undefined);
  }
}
