import { mkdir, readdir } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { printable } from '../answers/printable.ts';
import { createConnector } from '../connector.ts';
import { adaLovelace, type Emulator, type ProjectState, startEmulator } from '../emulator/emulator.ts';
import { ConnectorError } from '../errors.ts';
import { hasOsCode } from '../os-reasons.ts';
import { diskReason } from '../output/disk-fault.ts';
import { readLast } from '../output/last.ts';
import { createSyncFile } from '../output/sync-file.ts';
import { connectSurface } from '../server/remote-surface.ts';
import { startServer } from '../server/server.ts';
import { shellWord } from '../shell-word.ts';
import { runSync } from '../sync/run.ts';
import { clientOf, demoProjectId } from './demo.ts';
import { howCalled } from './how-called.ts';
import { openInBrowser } from './open-browser.ts';
import type { CommandContext } from './command-context.ts';
import { runSteps, type Step } from './progress.ts';
import { describeProgress } from './walk-progress.ts';
import { report } from './report.ts';
import { describeRequests } from './table.ts';

const names = { before: 'before.json', after: 'after.json', page: 'report.html' } as const;
const usualFolder = 'baton-demo';

/**
 * Two syncs of an embedded project with changes between them, and the report of the second since the first, in a folder
 * of its own. The report is opened if there is a browser; its path is printed in any case.
 */
export async function demoOpen(out: string | undefined, context: CommandContext): Promise<void> {
  const { env, print, signal } = context;
  const folder = await ownFolder(out);
  const [before, after, page] = [join(folder, names.before), join(folder, names.after), join(folder, names.page)];
  await using stack = new AsyncDisposableStack();
  let emulator: Emulator | undefined;
  const started = (): Emulator => {
    if (emulator === undefined) {
      throw new Error('the embedded project did not start');
    }
    return emulator;
  };
  await runSteps([
    {
      title: 'Starting an embedded Descope project',
      run: async () => {
        const own = await startEmulator({ projectId: demoProjectId });
        emulator = own;
        stack.defer(() => own.close());
        return `An embedded Descope project answers at ${own.baseUrl}`;
      },
    },
    syncStep(started, before, signal),
    {
      title: 'Changing who may do what',
      run: async () => {
        changeProject(started().state);
        return 'Changed who may do what: roles given and taken, people new and gone';
      },
    },
    syncStep(started, after, signal),
  ]);
  await report(after, { since: before, out: page }, { ...context, print: () => undefined });
  const isOpen = await openInBrowser(page, env);
  const shown = (path: string): string => shellWord(relative(process.cwd(), path));
  const called = howCalled(env);
  print(
    [
      '',
      `The report, with what changed between two syncs, is ${isOpen ? 'open in your browser' : 'to be opened in a browser'}:`,
      `  ${printable(page)}`,
      '',
      'Next:',
      `  ${called} diff ${shown(before)} ${shown(after)}`,
      `  ${called} who-can ${shown(after)} invoices.approve --tenant acme`,
      `  ${called} access ${shown(after)} ${adaLovelace.loginId}`,
    ].join('\n'),
  );
}

/**
 * The folder that was named, or the first of `baton-demo`, `baton-demo-2`... that is free or holds nothing but an
 * earlier demo.
 */
async function ownFolder(out: string | undefined): Promise<string> {
  if (out !== undefined) {
    const folder = resolve(out);
    if (!(await isFree(folder))) {
      throw new ConnectorError(
        'config',
        `${printable(folder)} contains files that are not from a demo and was left unchanged: name another folder with --out`,
      );
    }
    return await made(folder);
  }
  for (let number = 1; ; number += 1) {
    const folder = resolve(number === 1 ? usualFolder : `${usualFolder}-${number}`);
    if (await isFree(folder)) {
      return await made(folder);
    }
  }
}

async function made(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch (thrown) {
    throw new ConnectorError(
      'local-io',
      `cannot make the folder ${printable(folder)}: ${diskReason(thrown)}; name one that can be written with --out`,
    );
  }
}

async function isFree(folder: string): Promise<boolean> {
  const found = await readdir(folder).catch((thrown: unknown) => {
    if (hasOsCode(thrown, 'ENOENT')) {
      return [];
    }
    return undefined; // a file, or a folder that cannot be read
  });
  if (found === undefined || found.some((name) => !Object.values<string>(names).includes(name))) {
    return false;
  }
  const syncs = found.filter((name) => name.endsWith('.json'));
  const projects = await Promise.all(syncs.map(async (name) => (await readLast(join(folder, name)))?.projectId));
  return (found.length === 0 || syncs.length > 0) && projects.every((projectId) => projectId === demoProjectId);
}

/** A full sync through a gRPC server of its own. */
function syncStep(started: () => Emulator, target: string, signal: AbortSignal): Step {
  const name = basename(target);
  return {
    title: `Syncing through gRPC into ${name}`,
    run: async (tell) => {
      await using stack = new AsyncDisposableStack();
      const connector = createConnector({ project: clientOf(started()), policy: { tenantRoles: 'all' } });
      const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
      stack.defer(() => server.stop(1_000));
      const surface = connectSurface(server.address);
      stack.defer(() => surface.close());
      const summary = await runSync({
        surface,
        report: (syncId) => connector.report(syncId),
        target: await createSyncFile(target),
        onProgress: describeProgress(tell),
        signal,
      });
      return `Synced through gRPC into ${name}: ${describeRequests(summary)}`;
    },
  };
}

/** Changes of each kind that a report marks: harmless ones, ones to ask about, and risky ones. */
function changeProject(state: ProjectState): void {
  const users = [...state.users()];
  const ada = adaLovelace.userId;
  const admin = users.find(
    ({ userId, status, roleNames }) => userId !== ada && status === 'enabled' && roleNames.includes('Tenant Admin'),
  );
  const sleeper = users.find(
    ({ userId, status, tenants }) => userId !== ada && status === 'disabled' && tenants.length > 0,
  );
  const leaver = users.findLast(
    ({ userId, status, tenants }) => userId !== ada && status === 'enabled' && tenants.length > 0,
  );
  state.grantRole(ada, 'Tenant Admin', 'acme');
  state.revokeRole(ada, 'Editor', 'acme');
  if (sleeper !== undefined) {
    state.grantRole(sleeper.userId, 'Billing Manager', sleeper.tenants[0]?.tenantId ?? 'acme');
  }
  if (admin !== undefined) {
    state.updateUser(admin.userId, (user) => Object.assign({}, user, { status: 'disabled' }));
  }
  if (leaver !== undefined) {
    state.deleteUser(leaver.userId);
  }
  state.addUser({
    name: 'Katherine Johnson',
    loginIds: ['katherine.johnson@acme.example'],
    email: 'katherine.johnson@acme.example',
    verifiedEmail: true,
    status: 'enabled',
    tenants: [{ tenantId: 'acme', roleNames: ['Approver'] }],
  });
  state.putRole({
    name: 'Support Agent',
    permissionNames: ['orders.read', 'orders.refund', 'customers.read', 'Impersonate'],
  });
}
