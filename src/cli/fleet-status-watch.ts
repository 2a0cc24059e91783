import { ConnectorError } from '../errors.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { OpenedEngine } from './fleet-engine.ts';
import { enterScreen, frameOf, leaveScreen, overPrevious, type Watched } from './fleet-frame.ts';
import { lookAt } from './fleet-status.ts';
import { screenWidth } from './results.ts';
import { waitFor } from './wait-for.ts';

const redrawMs = 2_000;
/** An engine that takes longer than this is told of. */
const patienceMs = 4_000;

export interface WatchOptions {
  readonly fleet: Fleet;
  readonly open: () => Promise<OpenedEngine>;
  readonly signal: AbortSignal;
  readonly write: (text: string) => void;
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/**
 * Draws how a fleet is, again and again, on a screen of its own, which is left as it was found. An engine that is away is
 * told there, beside what was known last, and asked again; what is wrong with the command ends it.
 */
export async function watchFleetStatus({ fleet, open, signal, write, wait = waitFor }: WatchOptions): Promise<void> {
  await using engines = new AsyncDisposableStack();
  using screen = new DisposableStack();
  let opened: OpenedEngine | undefined;
  let seen: Watched['seen'];
  let failure: Watched['failure'];
  let asked: { readonly sinceMs: number; readonly answered: Promise<void> } | undefined;

  const ask = async (): Promise<void> => {
    try {
      if (opened === undefined) {
        opened = await open();
        engines.use(opened.engine);
      }
      seen = { look: await lookAt(fleet, opened), atMs: Date.now() };
      failure = undefined;
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || thrown.kind === 'config' || thrown.kind === 'invalid') {
        throw thrown;
      }
      failure = { sinceMs: failure?.sinceMs ?? Date.now(), reason: thrown.message };
    }
  };
  const draw = (): void => {
    const nowMs = Date.now();
    const isSlow = asked !== undefined && nowMs - asked.sinceMs > patienceMs;
    const told = failure ?? (isSlow ? { sinceMs: asked?.sinceMs ?? nowMs, reason: 'no answer yet' } : undefined);
    const size = { height: process.stdout.rows || 24, width: screenWidth() ?? 80 };
    write(overPrevious(frameOf({ file: fleet.path, engine: opened?.name, seen, failure: told, nowMs }, size)));
  };

  await ask();
  process.stdout.on('resize', draw);
  write(enterScreen);
  screen.defer(() => {
    process.stdout.off('resize', draw);
    write(leaveScreen);
  });
  while (!signal.aborted) {
    draw();
    await wait(redrawMs, signal);
    if (asked === undefined) {
      const answered = ask().finally(() => (asked = undefined));
      answered.catch(() => undefined); // told below, unless nobody waits for it any more
      asked = { sinceMs: Date.now(), answered };
    }
    await Promise.race([asked.answered, wait(redrawMs, signal)]);
  }
}
