import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { Client, credentials, type ChannelCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { createConnector, type Connector } from '../../src/connector.ts';
import { ConnectorService } from '../../src/gen/c1/connector/v2/connector_pb.ts';
import {
  Health,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from '../../src/gen/grpc/health/v1/health_pb.ts';
import { methodDefinition } from '../../src/server/wire.ts';
import { silentLogger } from '../../src/log.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { type TlsFiles, watchCertificates, type WatchedCertificates } from '../../src/server/tls.ts';
import { type Authority, createAuthority, type Issued, putTlsFiles } from '../support/certificates.ts';
import { temporaryFolder } from '../support/cli.ts';
import { clientOf } from '../support/embedded.ts';
import { eventually } from '../support/eventually.ts';

let emulator: Emulator;
let connector: Connector;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let ours: Authority;
let stranger: Authority;
let server: RunningServer;
let files: TlsFiles;
let certificates: WatchedCertificates;

beforeAll(async () => {
  emulator = await startEmulator({ users: 10 });
  connector = createConnector({ project: clientOf(emulator), policy: { tenantRoles: 'all' } });
  folder = await temporaryFolder();
  [ours, stranger] = await Promise.all([createAuthority('ours'), createAuthority('stranger')]);
  files = await put(await ours.issue('server'), ours.cert);
  certificates = watchCertificates(files, silentLogger);
  server = await startServer({ surface: connector, listen: '127.0.0.1:0', tls: certificates });
});

afterAll(async () => {
  await server.stop(500);
  certificates.close();
  connector.close();
  await emulator.close();
  await folder[Symbol.asyncDispose]();
});

const put = async (issued: Issued, clientCa: string, name?: string): Promise<TlsFiles> =>
  await putTlsFiles(folder.path, issued, clientCa, name);

function dial(channel: ChannelCredentials, address = server.address): Promise<unknown> {
  const client = new Client(`localhost:${address.split(':').at(-1) ?? ''}`, channel);
  const { path, requestSerialize, responseDeserialize } = methodDefinition(ConnectorService.method.getMetadata);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(ConnectorService.method.getMetadata.input),
      { deadline: Date.now() + 3_000 },
      (error, message) => {
        client.close();
        if (error === null) {
          resolve(message);
        } else {
          reject(error);
        }
      },
    );
  });
}

const mutual = (ca: string, { cert, key }: Issued): ChannelCredentials =>
  credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));

describe('mutual TLS', () => {
  it('serves a caller whose certificate comes from our CA', async () => {
    await expect(dial(mutual(ours.cert, await ours.issue('platform')))).resolves.toBeDefined();
  });

  it.each<[string, () => Promise<ChannelCredentials>]>([
    ['without a certificate', async () => credentials.createSsl(Buffer.from(ours.cert))],
    ['with a certificate of another CA', async () => mutual(ours.cert, await stranger.issue('platform'))],
    ['with an expired certificate', async () => mutual(ours.cert, await ours.issue('platform', { isExpired: true }))],
    ['in plaintext', async () => credentials.createInsecure()],
  ])('refuses a caller %s in the handshake', async (_name, channel) => {
    const error = await dial(await channel()).catch((thrown: unknown) => thrown as ServiceError);

    expect((error as ServiceError).code).toBe(status.UNAVAILABLE);
  });

  it('takes a new certificate up without a restart, and ignores one that does not fit its key', async () => {
    const rotated = await createAuthority('rotated');
    const next = await put(await rotated.issue('server'), rotated.cert, 'next');
    const caller = mutual(rotated.cert, await rotated.issue('platform'));
    await expect(dial(caller)).rejects.toBeDefined();

    await rename(next.cert, files.cert); // half a rotation: this certificate and the old key do not fit
    await new Promise((resolve) => setTimeout(resolve, 400));
    await expect(dial(mutual(ours.cert, await ours.issue('platform')))).resolves.toBeDefined();
    await rename(next.key, files.key);
    await rename(next.clientCa, files.clientCa);

    await eventually(async () => expect(await dial(caller)).toBeDefined());
  });
});

async function opened(files: TlsFiles, which: keyof TlsFiles): Promise<TlsFiles> {
  await chmod(files[which], 0o666);
  return files;
}

describe('starting with TLS files that are no good', () => {
  it.each<[string, (good: Issued) => Promise<TlsFiles>, string]>([
    [
      'a missing file',
      async (good) => ({ ...(await put(good, ours.cert, 'bad')), cert: join(folder.path, 'none.crt') }),
      '--tls-cert: cannot read',
    ],
    [
      'a key of another certificate',
      async (good) => put({ ...good, key: (await ours.issue('other')).key }, ours.cert, 'bad'),
      'do not fit together',
    ],
    ['an empty CA file', async (good) => put(good, '', 'bad'), '--tls-client-ca holds no PEM certificate'],
    [
      'a CA file that all may write',
      async (good) => opened(await put(good, ours.cert, 'open-ca'), 'clientCa'),
      '--tls-client-ca: ',
    ],
    [
      'a key file that all may write',
      async (good) => opened(await put(good, ours.cert, 'open-key'), 'key'),
      'can be changed by every user',
    ],
    [
      'text instead of a certificate',
      async (good) => put({ ...good, cert: 'hello' }, ours.cert, 'bad'),
      'do not fit together',
    ],
  ])('%s: refused in one line', async (_name, make, message) => {
    const tls = await make(await ours.issue('server'));

    expect(() => watchCertificates(tls, silentLogger)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) as string }),
    );
  });
});

describe('health and reflection', () => {
  it('tells that it serves, as a whole and for each service, and that it does not once it stops', async () => {
    const plain = await startServer({ surface: connector, listen: '127.0.0.1:0' });
    const client = new Client(plain.address, credentials.createInsecure());
    const { path, requestSerialize } = methodDefinition(Health.method.check);
    const check = (service: string): Promise<HealthCheckResponse_ServingStatus> =>
      new Promise((resolve, reject) => {
        const request = create(Health.method.check.input, { service });
        client.makeUnaryRequest(
          path,
          requestSerialize,
          (bytes) => fromBinary(HealthCheckResponseSchema, bytes),
          request,
          (error, message) => {
            if (error === null && message !== undefined) {
              resolve(message.status);
            } else {
              reject(error ?? new Error('nothing'));
            }
          },
        );
      });

    const serving = [await check(''), await check('c1.connector.v2.ResourcesService')];
    const unknown = await check('no.such.Service').catch((thrown: unknown) => (thrown as ServiceError).code);
    const stopped = plain.stop(1_000);
    client.close();
    await stopped;

    expect(serving).toEqual([HealthCheckResponse_ServingStatus.SERVING, HealthCheckResponse_ServingStatus.SERVING]);
    expect(unknown).toBe(status.NOT_FOUND);
  });
});
