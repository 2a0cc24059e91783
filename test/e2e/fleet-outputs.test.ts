import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CliRun, runCli } from '../support/cli.ts';
import { testFleet } from '../support/fleet.ts';
import { noS3, startS3, type TestS3 } from '../support/s3-server.ts';

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
    const held = await call('sync', 'p0', '--now');
    expect(held).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/held back, s3:\/\/acme-syncs\/descope\/p0\/latest\.json/),
    });
    expect(objects('descope/p0')).toHaveLength(3);
  });
});
