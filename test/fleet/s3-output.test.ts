import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { S3Place } from '../../src/fleet/fleet.ts';
import type { S3Credentials } from '../../src/fleet/s3/credentials.ts';
import { listKeys } from '../../src/fleet/s3/listing.ts';
import { probeBucket } from '../../src/fleet/s3/probe.ts';
import { openS3, type S3Client } from '../../src/fleet/s3/s3-client.ts';
import { openS3Output, type S3Output, type StoredSync } from '../../src/fleet/s3/s3-output.ts';
import { Secret } from '../../src/secret.ts';
import { temporaryFolder } from '../support/cli.ts';
import { noS3, startS3, type TestS3 } from '../support/s3-server.ts';
import { faultOf } from '../support/thrown.ts';

const startMs = 1_800_000_000_000;
const hourMs = 3_600_000;
const signal = new AbortController().signal;

/** The sync of a slot: so many hours after the first. */
const syncOf = (hour: number, more: Partial<StoredSync['lease']> = {}, users = 100): StoredSync => ({
  lease: { run: `run-${hour}`, slotMs: startMs + hour * hourMs, token: 1, ...more },
  made: {
    startedMs: startMs + hour * hourMs,
    finishedMs: startMs + hour * hourMs + 5_000,
    users,
    grants: 0,
    requests: 1,
  },
  extent: { projectId: 'P1', tenantRoles: 'observed', counts: { resources: { user: users }, grants: {} } },
  format: 'json',
});

describe.skipIf(noS3 !== undefined)(`a bucket of a real S3 server (${noS3 ?? 'versitygw'})`, () => {
  let server: TestS3;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    server = await startS3();
    folder = await temporaryFolder();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const placeOf = (more: Partial<S3Place> = {}): S3Place => ({
    bucket: server.bucket,
    prefix: 'p',
    endpoint: server.endpoint,
    region: 'us-east-1',
    style: 'path',
    credentials: { env: { id: 'A', secret: 'B' } },
    ...more,
  });
  const clientOf = (more: Partial<S3Place> = {}, credentials: Partial<S3Credentials> = {}): S3Client =>
    openS3(
      placeOf(more),
      { id: server.id, secret: new Secret(server.secret), token: undefined, ...credentials },
      { times: { connectMs: 2_000, idleMs: 2_000, firstPauseMs: 1 } },
      signal,
    );
  const outputAt = (prefix: string, partBytes?: number, client = clientOf()): S3Output =>
    openS3Output(client, prefix, {
      now: () => startMs + 1_000 * hourMs,
      ...(partBytes !== undefined && { partBytes }),
    });
  const fileOf = async (text: string | Uint8Array): Promise<string> => {
    const path = join(folder.path, 'sync.json');
    await writeFile(path, text);
    return path;
  };
  const objects = (prefix: string): readonly string[] => readdirSync(join(server.folder, prefix)).toSorted();

  it('has an object for a sync, which nobody is told of before the pointer names it, with size and hash', async () => {
    const output = outputAt('whole/acme');
    const pointer = await output.store(await fileOf('{"a":1}'), syncOf(1));
    expect(await output.latest()).toBeUndefined();
    await output.point(pointer);

    expect((await output.latest())?.pointer).toEqual(pointer);
    expect(pointer).toMatchObject({
      object: 'whole/acme/sync-20270115T090005.000Z-run1-1.json',
      bytes: 7,
      sha256: createHash('sha256').update('{"a":1}').digest('hex'),
      counts: { resources: { user: 100 }, grants: {} },
    });
    expect(readFileSync(join(server.folder, pointer.object), 'utf8')).toBe('{"a":1}');
    expect(JSON.parse(readFileSync(join(server.folder, 'whole/acme/latest.json'), 'utf8'))).toEqual(pointer);
  });

  it('takes a large file part by part, and gives back the very bytes', async () => {
    const bytes = Buffer.alloc(11 * 1024 * 1024 + 17, 'descope');
    const output = outputAt('large', 5 * 1024 * 1024);
    const pointer = await output.store(await fileOf(bytes), syncOf(1));
    const hash = createHash('sha256');
    let size = 0;
    expect(
      await clientOf().read(pointer.object, async (some) => {
        hash.update(some);
        size += some.length;
      }),
    ).toBe('read');

    expect({ bytes: size, sha256: hash.digest('hex') }).toEqual({ bytes: bytes.length, sha256: pointer.sha256 });
    expect(pointer.bytes).toBe(bytes.length);
  });

  it('keeps the newest sync as latest, however many point at once, in whatever order', async () => {
    const output = outputAt('race');
    const hours = [5, 3, 9, 1, 7, 2, 8, 4, 6];
    const path = await fileOf('{}');
    const pointers = [];
    for (const hour of hours) {
      pointers.push(await output.store(path, syncOf(hour)));
    }
    const ends = await Promise.all(
      pointers.map(
        async (pointer) =>
          await outputAt('race')
            .point(pointer)
            .then(
              () => 'done',
              (thrown) => faultOf(thrown),
            ),
      ),
    );

    expect((await output.latest())?.pointer.run).toBe('run-9');
    expect(ends[2]).toBe('done');
    expect(
      ends.filter(
        (end) => end !== 'done' && !/^conflict: .* names a newer sync|^conflict: .* was replaced by others/.test(end),
      ),
    ).toEqual([]);
  });

  it.each<[string, StoredSync, StoredSync]>([
    ['an earlier slot', syncOf(2), syncOf(1)],
    ['an earlier try of the same run', syncOf(2, { token: 4 }), syncOf(2, { token: 3 })],
    [
      'an earlier reading for the same slot',
      syncOf(2),
      { ...syncOf(2, { run: 'other' }), made: { ...syncOf(2).made, startedMs: 1 } },
    ],
  ])('does not let %s replace what is newer, and keeps the object of that', async (what, first, late) => {
    const output = outputAt(`older/${what.replaceAll(' ', '-')}`);
    const path = await fileOf('{}');
    const newer = await output.store(path, first);
    await output.point(newer);
    const older = await output.store(path, late);
    const refused = await output.point(older).catch(faultOf);
    await output.discard(older);
    await output.discard(newer);

    expect(refused).toMatch(
      /^conflict: s3:\/\/acme-syncs\/older\/.*\/latest\.json at 127\.0\.0\.1:\d+ names a newer sync, /,
    );
    expect((await output.latest())?.pointer).toEqual(newer);
    expect(objects(`older/${what.replaceAll(' ', '-')}`)).toEqual(['latest.json', newer.object.split('/').at(-1)]);
  });

  it('lets a slot that a wrong clock put far ahead be replaced', async () => {
    const output = outputAt('clock');
    const path = await fileOf('{}');
    await output.point(await output.store(path, syncOf(9_000)));
    await output.point(await output.store(path, syncOf(1)));
    expect((await output.latest())?.pointer.run).toBe('run-1');
  });

  it('keeps the last few objects, and always the one that is latest', async () => {
    const output = outputAt('kept');
    const path = await fileOf('{}');
    const first = await output.store(path, syncOf(1));
    await output.point(first);
    for (const hour of [2, 3, 4]) {
      await output.store(path, syncOf(hour)); // of workers that died before they pointed
    }
    await output.tidy(2);
    expect(await listKeys(clientOf(), 'kept/sync-')).toHaveLength(3);
    expect((await listKeys(clientOf(), 'kept/sync-'))[0]).toBe(first.object);
    await output.point(await output.store(path, syncOf(5)));
    await output.tidy(2);
    expect((await listKeys(clientOf(), 'kept/sync-')).map((key) => key.slice(-11))).toEqual([
      'run4-1.json',
      'run5-1.json',
    ]);
  });

  it('keeps away from objects of a project whose prefix lies below its own', async () => {
    const path = await fileOf('{}');
    const [outer, inner] = [outputAt('outer'), outputAt('outer/sync-inner')];
    await inner.point(await inner.store(path, syncOf(1)));
    for (const hour of [2, 3]) {
      await outer.point(await outer.store(path, syncOf(hour)));
    }
    await outer.tidy(1);
    expect(objects('outer/sync-inner')).toContain('latest.json');
    expect(await listKeys(clientOf(), 'outer/sync-')).toHaveLength(1);
  });

  it('holds back what lost most users since the latest, unless what stood in the folder is newer', async () => {
    const output = outputAt('guard');
    await output.point(await output.store(await fileOf('{}'), syncOf(1)));
    const { extent, made } = syncOf(2, {}, 30);

    expect(await output.compare(extent, 20, undefined).catch(faultOf)).toMatch(
      /^held: held back, s3:.*\/guard\/latest\.json .* stays as it was: users went from 100 to 30 since then/,
    );
    expect(await output.compare(extent, 20, made.finishedMs)).toBeUndefined();
    expect(await output.compare(extent, 100, undefined)).toBeUndefined();
    expect(await output.compare({ ...extent, projectId: 'P2' }, 100, made.finishedMs).catch(faultOf)).toMatch(
      /^held: .* is of another project/,
    );
  });

  it('tells what is wrong with a bucket, an address or credentials, and none of the credentials', async () => {
    const wrong = new Secret(`w${'r'.repeat(30)}`);
    const latest = async (client: S3Client): Promise<string> =>
      await outputAt('x', undefined, client)
        .latest()
        .then(() => 'read', faultOf);

    expect(await latest(clientOf({ bucket: 'nowhere' }))).toMatch(
      /^not-found: s3:\/\/nowhere\/x\/latest\.json at .*: there is no such bucket/,
    );
    expect(await latest(clientOf({}, { secret: wrong }))).toMatch(
      /^unauthenticated: .*the secret of the access key is wrong.*SignatureDoesNotMatch/,
    );
    expect(await latest(clientOf({ endpoint: 'http://127.0.0.1:1' }))).toMatch(
      /^unavailable: .*cannot be reached \(ECONNREFUSED\)/,
    );
    expect(await latest(clientOf({}, { secret: wrong }))).not.toContain(wrong.reveal());
  });

  it('is told to be ready by the probe, which leaves nothing there', async () => {
    expect(await probeBucket(clientOf(), 'probed')).toMatchObject({
      level: 'ok',
      text: expect.stringMatching(/^s3:\/\/acme-syncs\/probed\/ at .* can be written, and heeds If-Match/),
    });
    expect(await listKeys(clientOf(), 'probed')).toEqual([]);
    expect(await probeBucket(clientOf({ bucket: 'nowhere' }), 'probed')).toMatchObject({
      level: 'fail',
      kind: 'not-found',
    });
  });

  it('refuses to take what is none of ours for the latest', async () => {
    await clientOf().ask({ method: 'PUT', key: 'other/latest.json', body: Buffer.from('{"complete":true}') });
    expect(await outputAt('other').latest().catch(faultOf)).toMatch(
      /^conflict: .*\/other\/latest\.json .* is none of ours/,
    );
  });
});
