import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../config/environment.ts';

/** A browser that has not failed after this time counts as open. */
const patienceMs = 3_000;

/** Opens a file in the browser of whoever sits at the machine. False where there is none, or no display. */
export async function openInBrowser(
  path: string,
  env: Environment,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const command = commandFor(pathToFileURL(path).href, env, platform);
  return command !== undefined && (await starts(command));
}

function commandFor(
  url: string,
  env: Environment,
  platform: NodeJS.Platform,
): readonly [string, ...string[]] | undefined {
  const isSet = (variable: string): boolean => (env[variable] ?? '') !== '';
  if (platform === 'darwin') {
    return isSet('SSH_CONNECTION') ? undefined : ['open', url];
  }
  if (platform === 'win32') {
    return ['rundll32', 'url.dll,FileProtocolHandler', url];
  }
  if (isSet('WSL_DISTRO_NAME')) {
    return ['wslview', url];
  }
  return isSet('DISPLAY') || isSet('WAYLAND_DISPLAY') ? ['xdg-open', url] : undefined;
}

async function starts([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore' });
    const timer = setTimeout(() => done(true), patienceMs);
    function done(isOpen: boolean): void {
      clearTimeout(timer);
      child.unref(); // the browser outlives this process
      resolve(isOpen);
    }
    child.on('error', () => done(false));
    child.on('exit', (code) => done(code === 0));
  });
}
