import type { Command } from 'commander';

/** The flags that say how a new secret is told, for every command that makes one. */
export function addSecretOptions(command: Command): void {
  command
    .option('--reveal', 'show the secret on this terminal')
    .option(
      '--recipient <key>',
      'encrypt the secret for this age1... or JSON Web Key; several times for several',
      collect,
    );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
