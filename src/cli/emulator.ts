import { type EmulatorOptions, parseFault, parseSwitches, startEmulator } from '../emulator/emulator.ts';
import { ConnectorError } from '../errors.ts';
import { isOsError, osReason, portReasons } from '../os-reasons.ts';
import { howCalled } from './how-called.ts';
import type { CommandContext } from './command-context.ts';
import { untilAborted } from './until-aborted.ts';

export interface EmulatorFlags {
  readonly port: number;
  readonly users?: number;
  readonly seed?: number;
  readonly projectId?: string;
  readonly latencyMs?: number;
  readonly switch?: readonly string[];
  readonly fault?: readonly string[];
}

/** Runs the embedded project until the process is asked to end. */
export async function runEmulator(
  { port, users, seed, projectId, latencyMs, ...flags }: EmulatorFlags,
  { env, signal, print }: CommandContext,
): Promise<void> {
  const options: EmulatorOptions = {
    port,
    ...(users !== undefined && { users }),
    ...(seed !== undefined && { seed }),
    ...(projectId !== undefined && { projectId }),
    ...(latencyMs !== undefined && { latencyMs }),
    switches: understood(() => parseSwitches([...(flags.switch ?? [])])),
  };
  const faults = understood(() => (flags.fault ?? []).map((spec) => parseFault(spec)));
  const emulator = await startEmulator(options).catch((thrown: unknown) => {
    throw new ConnectorError(
      'local-io',
      `cannot listen on 127.0.0.1:${port}: ${reasonOf(thrown)}; choose another with --port, or 0 for a free one`,
    );
  });
  for (const fault of faults) {
    emulator.faults.add(fault);
  }
  // The keys open an invented project only: they are meant to be copied.
  print(
    [
      `# an embedded Descope project at ${emulator.baseUrl}; in another terminal:`,
      `export DESCOPE_BASE_URL=${emulator.baseUrl}`,
      `export DESCOPE_PROJECT_ID=${emulator.projectId}`,
      `export DESCOPE_MANAGEMENT_KEY=${emulator.managementKey}`,
      `# a key of the company, which also opens its projects and console administrators: ${emulator.companyKey}`,
      `${howCalled(env)} sync --out sync.json`,
    ].join('\n'),
  );
  await untilAborted(signal);
  await emulator.close();
}

function reasonOf(thrown: unknown): string {
  return isOsError(thrown) ? osReason(thrown, portReasons) : thrown instanceof Error ? thrown.message : 'unknown';
}

/** The embedded project does not know our errors: an error in parsing its options is a mistake on the command line. */
function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw new ConnectorError('config', thrown instanceof Error ? thrown.message : 'not understood');
  }
}
