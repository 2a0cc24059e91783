#!/usr/bin/env node
// Plain JavaScript on purpose: it must start, and explain itself, on any Node that a machine happens to have.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// Before anything else: Node would open its debugger at this signal, and show the key to whoever connects to it.
process.on('SIGUSR1', () => undefined);

// Required and not imported: an import reads every property of a module, and some load much. Older Nodes know these names alone.
const require = createRequire(import.meta.url);
const { existsSync } = require('fs');

const neededMajor = 24;
const entry = new URL('../dist/cli/main.js', import.meta.url);
/**
 * What is read is soon garbage, and little of it is ever kept: with a small nursery and an old space that grows by
 * 60 % between two collections a large sync takes half of the memory, for a tenth more CPU. Only a start can set them.
 */
const heapFlags = ['--max-semi-space-size=8', '--heap-growing-percent=60'];
/**
 * What has the same effect where no start is possible: the nursery stays as small as it began. A large sync takes half of the
 * memory so, for a seventh more CPU than with the flags above.
 */
const lateHeapFlags = ['--heap-growing-percent=60', '--semi-space-growth-factor=1'];
/** From before our own code runs until it does, only a flag keeps the debugger closed. */
const closedFlags = ['--disable-sigusr1'];
/** What reads nothing that is large, and starts sooner without a second start: a container asks for its health all the time. */
const smallCommands = new Set([
  'health-check',
  'completion',
  '_names',
  'config',
  'capabilities',
  '--version',
  '-v',
  '--help',
  '-h',
]);
/** What the child is told of; the rest ends this process, and so the child: see src/cli/signals.ts. */
const handedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];

/** A socket that a parent process hands down: a program that takes the place of this one would not have it. */
const handedDown = process.env.BATON_CONNECTOR_SERVICE_LISTENER_FD;

/** Path of the Node 24 that this package brings along as a development dependency, if it is there. */
function bundledNode() {
  try {
    const path = require.resolve('node/bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs this same file under the bundled Node: in the place of this process where an older Node can do that, else as its
 * child. The child owns the signals. What reaches us is handed on over a channel, where it cannot be mistaken for what the
 * terminal delivered to both of us; when we are killed the channel ends, and the child with it.
 */
function runUnder(node) {
  const args = [...heapFlags, ...closedFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  if (handedDown === undefined) {
    takePlace(node, args);
  }
  const { spawn } = require('child_process');
  const sockets = handedDown === '3' ? [3] : [];
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', ...sockets, 'ipc'] });
  const hand = (message) => child.connected && child.send(message, () => undefined);
  hand('baton-descope launcher');
  for (const signal of handedOn) {
    process.on(signal, () => hand(signal));
  }
  child.on('error', (error) => {
    console.error(`baton-descope: cannot start ${node}: ${error.message}`);
    process.exit(70);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (require('os').constants.signals[signal] ?? 0)));
}

/** Goes on as that program, under the same process id. Returns where that cannot be done: on Windows, and with Node 20. */
function takePlace(path, args) {
  try {
    process.execve?.(path, [path, ...args], process.env);
  } catch {
    // not on this platform
  }
}

/** Starts this process anew with the flags that only a start can set; where that cannot be done, goes on without. */
function takeFlags() {
  const { execArgv, execPath, argv } = process;
  const [command, ...others] = argv.slice(2);
  const isSmall = smallCommands.has(command) || others.includes('--help');
  if (handedDown !== undefined && execArgv.every((flag) => !heapFlags.includes(flag))) {
    require('v8').setFlagsFromString(lateHeapFlags[0]);
    require('v8').setFlagsFromString(lateHeapFlags[1]);
  }
  if (!isSmall && handedDown === undefined && execArgv.every((flag) => !heapFlags.includes(flag))) {
    takePlace(execPath, [...heapFlags, ...closedFlags, ...execArgv, ...argv.slice(1)]);
  }
}

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  const node = bundledNode();
  if (node) {
    runUnder(node);
  } else {
    console.error(
      `baton-descope: needs Node ${neededMajor} or newer, this is ${process.versions.node}; install Node ${neededMajor}, or run "npm ci" in a clone (it brings one along)`,
    );
    process.exit(2);
  }
} else if (!existsSync(entry)) {
  console.error('baton-descope: not built yet; run "npm ci" (or "npm run build") in the clone first');
  process.exit(2);
} else {
  takeFlags();
  await import(entry.href);
}
