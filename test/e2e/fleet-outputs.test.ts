import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type CliRun, runCli, startCli } from '../support/cli.ts';
import { testFleet } from '../support/fleet.ts';
import { noS3, startS3, type TestS3 } from '../support/s3-server.ts';

interface Told {
  readonly area: string;
  readonly change: string;
  readonly userId?: string;
}

const s3At = ({ bucket, endpoint }: TestS3): object => ({
  bucket,
  endpoint,
  prefix: 'descope/{name}',
  credentials: { file: 's3.json' },
});

describe.skipIf(noS3 !== undefined)(`a fleet with a bucket (${noS3 ?? 'versitygw'})`, () => {
  it('is looked at, synced into it, guarded by what stands there, and read back', async () => {
    await using server = await startS3();
    await using fleet = await testFleet({
      projects: 1,
      users: 40,
      defaults: { outputs: { s3: s3At(server), keep: 2 } },
    });
    const call = (...words: readonly string[]): Promise<CliRun> => runCli(['fleet', ...words], { cwd: fleet.folder });
    const objects = (prefix: string): readonly string[] =>
      readdirSync(join(server.folder, prefix)).filter((name) => !name.startsWith('.'));
    const credentials = { AccessKeyId: server.id, SecretAccessKey: server.secret };
    await writeFile(join(fleet.folder, 's3.json'), JSON.stringify(credentials), { mode: 0o600 });
    expect((await call('latest', 'p0', '--out', 'read.json')).code).toBe(1);
    expect((await call('doctor')).stdout).toMatch(/1 project ready, 0 not/);
    expect(objects('.')).toEqual([]);
    for (let syncs = 0; syncs < 3; syncs += 1) {
      expect((await call('sync', 'p0', '--now')).code).toBe(0);
    }
    expect(objects('descope/p0')).toHaveLength(3); // two, and the pointer
    expect((await call('latest', 'p0', '--out', 'read.json')).stdout).toMatch(
      /^p0: s3:\/\/acme-syncs\/descope\/p0\/sync-/,
    );
    const latest = join(fleet.folder, 'syncs', 'p0', 'latest.json');
    expect(readFileSync(join(fleet.folder, 'read.json'))).toEqual(readFileSync(latest));

    const { resources } = JSON.parse(readFileSync(latest, 'utf8')) as {
      readonly resources: readonly { readonly id: { readonly resourceType: string; readonly resource: string } }[];
    };
    const users = resources.filter(({ id }) => id.resourceType === 'user').slice(0, 30);
    users.forEach(({ id }) => fleet.emulators[0]?.state.deleteUser(id.resource));
    rmSync(join(fleet.folder, 'syncs'), { recursive: true }); // another machine, with nothing of its own
    const asked = await call('who-can', 'invoices.approve', '--json');
    expect(asked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /"state":"read","file":"s3:\/\/acme-syncs\/descope\/p0\/latest\.json at 127\.0\.0\.1:\d+"/,
      ),
    });
    const past = await call('diff', '--since', '2020-01-01', '--json');
    expect(past).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/"isShort":true,"isBehind":false,"isSame":true/),
    });
    const held = await call('sync', 'p0', '--now');
    expect(held).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/held back, s3:\/\/acme-syncs\/descope\/p0\/latest\.json/),
    });
    expect(objects('descope/p0')).toHaveLength(3);
  });
});

describe('a fleet with a webhook', () => {
  it('tells who gained and lost what since the last sync, signed, and again where that was not taken', async () => {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const got: { readonly type: string; readonly id: string; readonly data: { readonly changes?: readonly Told[] } }[] =
      [];
    let status = 204;
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        got.push(new Webhook(secret).verify(body, request.headers as Record<string, string>) as (typeof got)[0]);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => void (await new Promise((resolve) => server.close(resolve))));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=private`;
    const webhooks = [{ url, secret: { file: 'hook-secret' }, events: ['access.changed', 'sync.completed'] }];
    await using fleet = await testFleet({ projects: 1, users: 40, defaults: { webhooks } });
    await writeFile(join(fleet.folder, 'hook-secret'), secret, { mode: 0o600 });
    const env = { TMPDIR: join(fleet.folder, 'none') }; // as in a container that can write to its volume alone
    const call = (...words: readonly string[]): Promise<CliRun> =>
      runCli(['fleet', ...words], { cwd: fleet.folder, env });

    expect(await call('sync', 'p0', '--now')).toMatchObject({ code: 0, stderr: '' });
    expect(got.map(({ type }) => type)).toEqual(['baton-descope.sync.completed']); // nothing to compare with
    const [leaver] = [...(fleet.emulators[0]?.state.users() ?? [])];
    expect(fleet.emulators[0]?.state.deleteUser(leaver?.userId ?? '')).toBe(true);
    status = 503;
    const second = await call('sync', 'p0', '--now');
    expect(second).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/could not be sent, and is sent again/) as string,
    });
    expect(second.stderr).not.toMatch(/private|whsec/);
    expect((await call('status')).stdout).toMatch(
      /ok .*webhook: 2 to be sent: http:\/\/127\.0\.0\.1:\d+ answered 503/s,
    );
    status = 204;
    expect((await call('retry', 'p0')).stdout).toBe('p0 has no sync that failed; 2 events sent again\n');
    await using running = startCli(['fleet', 'run', '--file', fleet.file], {
      BATON_FLEET_ENGINE: `sqlite:${fleet.folder}/fleet.db`,
    });
    while (got.length < 5) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await running.stop()).toMatchObject({ code: 0 });
    expect((await call('status', '--json')).stdout).not.toMatch(/"events"/);

    const [, , , fourth, fifth] = got;
    const told = [fourth, fifth].find((event) => event?.type === 'baton-descope.access.changed');
    expect(
      got
        .slice(1, 3)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(
      got
        .slice(3)
        .map(({ id }) => id)
        .toSorted(),
    );
    const gone = told?.data.changes?.find(({ area, change }) => area === 'people' && change === 'gone');
    expect(gone?.userId).toBe(leaver?.userId);
    expect(
      told?.data.changes?.filter(({ userId, change }) => userId !== leaver?.userId || change === 'gained'),
    ).toEqual([]);
  });
});
