#!/usr/bin/env node
// Plain JavaScript on purpose: it must start, and explain itself, on any Node that a machine happens to have.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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
/** What reads nothing that is large, and starts sooner without a second start: a container asks for its health all the time. */
const smallCommands = new Set(['health-check', 'completion', 'config', 'capabilities', '--version', '-v', '--help', '-h']);

/** Path of the Node 24 that this package brings along as a development dependency, if it is there. */
function bundledNode() {
  try {
    const path = require.resolve('node/bin/node');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Runs this same file under the bundled Node, handing signals on, and ends as it ended. */
function runUnder(node) {
  const { spawn } = require('child_process');
  const child = spawn(node, [...heapFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`baton-descope: cannot start ${node}: ${error.message}`);
    process.exit(70);
  });
  child.on('exit', (code, signal) => {
    if (signal === 'SIGINT') process.exit(130);
    if (signal === 'SIGTERM') process.exit(143);
    process.exit(code ?? 70);
  });
}

/** Starts this process anew, as the same process, with the flags of the heap; where that cannot be done, goes on without. */
function takeFlags() {
  const { execArgv, execPath, argv, env } = process;
  const [command, ...others] = argv.slice(2);
  const isSmall = command === undefined || smallCommands.has(command) || others.includes('--help');
  if (!isSmall && typeof process.execve === 'function' && execArgv.every((flag) => !heapFlags.includes(flag))) {
    try {
      process.execve(execPath, [execPath, ...heapFlags, ...execArgv, ...argv.slice(1)], env);
    } catch {
      // not on this platform
    }
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
