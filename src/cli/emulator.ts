import { type Command, InvalidArgumentError } from 'commander';
import { type EmulatorOptions, parseFault, parseSwitches, startEmulator } from '../emulator/emulator.ts';
import { ConnectorError } from '../errors.ts';
import type { CommandContext } from './program.ts';
import { untilAborted } from './serve.ts';

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return Number(text);
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

interface EmulatorFlags {
  readonly port: number;
  readonly users?: number;
  readonly seed?: number;
  readonly latencyMs?: number;
  readonly switch?: readonly string[];
  readonly fault?: readonly string[];
}

export function addEmulatorCommand(program: Command, { signal, print }: CommandContext): void {
  program
    .command('emulator')
    .description('run the embedded Descope project: a stand-in for the Management API, on loopback')
    .requiredOption('--port <port>', 'where to listen on 127.0.0.1; 0 takes a free port', wholeNumber)
    .option('--users <n>', 'how many users it has (default: 1,200)', wholeNumber)
    .option('--seed <n>', 'another seed makes other users', wholeNumber)
    .option('--latency-ms <ms>', 'wait this long before each answer', wholeNumber)
    .option('--switch <name=value>', 'change a behaviour that is not certain (see docs/emulator.md); may be repeated', collect)
    .option('--fault <spec>', 'make requests fail, such as "POST /v2/mgmt/user/search@3=503"; may be repeated', collect)
    .action(async ({ port, users, seed, latencyMs, ...flags }: EmulatorFlags) => {
      const options: EmulatorOptions = {
        port,
        ...(users !== undefined && { users }),
        ...(seed !== undefined && { seed }),
        ...(latencyMs !== undefined && { latencyMs }),
        switches: understood(() => parseSwitches([...(flags.switch ?? [])])),
      };
      const faults = understood(() => (flags.fault ?? []).map((spec) => parseFault(spec)));
      const emulator = await startEmulator(options).catch((thrown: unknown) => {
        throw new ConnectorError('local-io', `cannot listen on 127.0.0.1:${port}: ${thrown instanceof Error ? thrown.message : 'unknown'}`);
      });
      for (const fault of faults) {
        emulator.faults.add(fault);
      }
      // The key opens an invented project only: it is meant to be copied.
      print(
        [
          `# an embedded Descope project at ${emulator.baseUrl}; in another terminal:`,
          `export DESCOPE_BASE_URL=${emulator.baseUrl}`,
          `export DESCOPE_PROJECT_ID=${emulator.projectId}`,
          `export DESCOPE_MANAGEMENT_KEY=${emulator.managementKey}`,
          'npx . sync --out sync.json',
        ].join('\n'),
      );
      await untilAborted(signal);
      await emulator.close();
    });
}

/** The embedded project knows nothing of our errors: what it cannot parse is a mistake on the command line. */
function understood<T>(parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    throw new ConnectorError('config', thrown instanceof Error ? thrown.message : 'not understood');
  }
}
