import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createServer, type IncomingMessage, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, checkClean, type Scenario, withServer } from './bench.ts';
import type { Report } from './processes.ts';

/** Actions as the command line of the SDK lists and invokes them. */
export const actionScenarios: readonly Scenario[] = [
  { name: 'actions are listed', run: list },
  { name: 'an action is invoked, asked for until it has ended, and fails as it should', run: invoke },
];

const ada = 'U2AdaLovelace000000000000000';

async function list(bench: Bench): Promise<string> {
  return withServer(bench, [], async ({ address }) => {
    const listed = async (type: string): Promise<readonly string[]> => {
      const report = await bench.client(['-address', address, '-action-type', type, 'list-actions']);
      checkClean(report);
      return report.actions ?? [];
    };
    const [all, ofUsers] = [await listed(''), await listed('user')];
    deepEqual(ofUsers, ['user.delete']);
    ok(all.includes('disable_user') && all.includes('user.delete'), all.join(', '));
    return `${all.length} actions, ${ofUsers.length} of them of users`;
  });
}

async function invoke(bench: Bench): Promise<string> {
  await using slow = await slowFront(bench.baseUrl, '/v1/mgmt/user/logout', 2500);
  return await withServer(bench, ['--provisioning', '--base-url', slow.baseUrl], async ({ address }) => {
    const run = (name: string, args: object): Promise<Report> =>
      bench.client(['-address', address, '-action', name, '-action-args', JSON.stringify(args), 'invoke-action']);

    const disabled = await run('disable_user', { user_id: ada });
    checkClean(disabled);
    ok((disabled.calls['GetActionStatus'] ?? 0) >= 1, 'it was not asked for again');
    equal((await bench.loadUser(ada)).status, 'disabled');

    const again = await run('disable_user', { user_id: { resource_type_id: 'user', resource_id: ada } });
    checkClean(again);
    const refused = await run('enable_user', { user_id: 'U2Gone' });
    match(refused.error ?? '', /action invoke failed: .*there is no user U2Gone/);
    const wrong = await run('enable_user', { user: ada });
    equal(wrong.code, 'InvalidArgument');

    checkClean(await run('enable_user', { user_id: ada }));
    equal((await bench.loadUser(ada)).status, 'enabled');
    return `disabled after ${disabled.calls['GetActionStatus']} questions, enabled, refused`;
  });
}

/** The embedded project, one of whose calls takes long to answer. */
async function slowFront(baseUrl: string, slowPath: string, ms: number) {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const passOn = async (answer: IncomingMessage): Promise<void> => {
      await wait(url === slowPath ? ms : 0);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    };
    incoming.pipe(forward(new URL(url, baseUrl), { method, headers }, (answer) => void passOn(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
