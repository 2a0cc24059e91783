import { basename } from 'node:path';

/** The signals that ask this process to end, and how a shell tells that they did. */
const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const;

export type EndingSignal = keyof typeof endings;

/**
 * npm, `timeout` and others hand on what the terminal has delivered already: the same signal this soon is the same
 * request.
 */
const sameRequestMs = 200;

/**
 * How long a process may go on after its launcher was killed: the next one may be started at once, and needs the port.
 */
const orphanMs = 2_000;

/** What the owner of signals tells the command line. */
export interface EndRequests {
  /** The process is asked to end, for the first time. */
  readonly onStop: (signal: EndingSignal) => void;
  /** It is asked again: the code to end with at once. */
  readonly onNow: (code: number) => void;
}

export function signalExitCode(signal: EndingSignal): number {
  return endings[signal];
}

const userListeners = new Set<() => void>();

/**
 * Calls back at each SIGUSR2, the signal that commands may give a meaning to; without a listener nothing happens.
 * Returns its end.
 */
export function onUserSignal(listener: () => void): () => void {
  userListeners.add(listener);
  return () => void userListeners.delete(listener);
}

/**
 * The one owner of signals. Under an older Node a launcher stands between us and who started us: it hands on what
 * reaches it over a channel, and not as a signal, so that one Ctrl-C, which the terminal delivers to both, is not taken
 * for two. The channel's end is the launcher's end, whatever killed it, and then we end, too.
 */
export function ownSignals({ onStop, onNow }: EndRequests): void {
  const counts = { own: new Map<EndingSignal, number>(), handedOn: new Map<EndingSignal, number>() };
  const askedAtMs = new Map<EndingSignal, number>();
  let first: EndingSignal | undefined;

  function request(signal: EndingSignal): void {
    const nowMs = performance.now();
    const isRepeated = nowMs - (askedAtMs.get(signal) ?? Number.NEGATIVE_INFINITY) < sameRequestMs;
    askedAtMs.set(signal, nowMs);
    if (first === undefined) {
      first = signal;
      onStop(signal);
    } else if (!isRepeated && signal !== 'SIGHUP') {
      // a closed terminal sends SIGHUP twice: once itself, once through the shell
      onNow(endings[first]);
    }
  }

  /** As often as the more frequent of the two ways says: each signal came by one of them, or by both. */
  function count(way: keyof typeof counts, signal: EndingSignal): void {
    const times = (counts[way].get(signal) ?? 0) + 1;
    counts[way].set(signal, times);
    if (times > (counts[way === 'own' ? 'handedOn' : 'own'].get(signal) ?? 0)) {
      request(signal);
    }
  }

  for (const signal of Object.keys(endings) as EndingSignal[]) {
    process.on(signal, () => {
      if (signal !== 'SIGHUP' || !isUnderNohup()) {
        count('own', signal);
      }
    });
  }
  process.on('SIGUSR1', () => undefined); // Node would open its debugger, which shows the key to whoever connects
  process.on('SIGUSR2', () => userListeners.forEach((listener) => listener()));
  listenToLauncher(
    (signal) => count('handedOn', signal),
    () => {
      request('SIGTERM');
      setTimeout(() => onNow(endings.SIGTERM), orphanMs).unref();
    },
  );
}

/** Node forgets, as it starts, that `nohup` had SIGHUP ignored. What the shell noted down tells it. */
function isUnderNohup(): boolean {
  return basename(process.env['_'] ?? '') === 'nohup';
}

/** A channel alone does not prove that our launcher is the parent: the launcher sends a message that does. */
function listenToLauncher(onSignal: (signal: EndingSignal) => void, onGone: () => void): void {
  if (process.channel === undefined) {
    return;
  }
  process.on('message', (message: unknown) => {
    if (message === 'baton-descope launcher') {
      process.on('disconnect', onGone);
      if (!process.connected) {
        onGone();
      }
      process.channel?.unref();
    } else if (message === 'SIGUSR2') {
      userListeners.forEach((listener) => listener());
    } else if (typeof message === 'string' && message in endings) {
      if (message !== 'SIGHUP' || !isUnderNohup()) {
        onSignal(message as EndingSignal); // checked above
      }
    }
  });
  process.channel.unref();
}
