import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Client, type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { BatonService, BatonServiceUploadAssetRequestSchema } from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { osReason } from '../os-reasons.ts';
import { methodDefinition } from '../server/wire.ts';
import { platformFailure } from './platform-failure.ts';

/** As the Go SDK cuts a file; the platform takes twice as much in one message. */
export const chunkBytes = 512 * 1024;
/** How long the platform may take for one chunk, and for its answer at the end. */
const stallMs = 120_000;

export interface AssetOptions {
  readonly client: Client;
  readonly metadata: Metadata;
  readonly hostId: string;
  readonly taskId: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

type Part = NonNullable<MessageInitShape<typeof BatonServiceUploadAssetRequestSchema>['msg']>;

/** Sends a file once: who sends it and for which task, its bytes in chunks, and their SHA-256 at the end. */
export async function sendAsset({ client, metadata, hostId, taskId, path, signal }: AssetOptions): Promise<void> {
  const { path: method, requestSerialize, responseDeserialize } = methodDefinition(BatonService.method.uploadAsset);
  await using file = await opened(path);
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), stallMs).unref();
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined); // it may fail while a chunk is being read
  const call = client.makeClientStreamRequest(
    method,
    requestSerialize,
    responseDeserialize,
    metadata,
    (error: ServiceError | null) => {
      if (error === null) {
        ended.resolve();
      } else if (signal.aborted) {
        ended.reject(new ConnectorError('cancelled', 'the upload was stopped'));
      } else {
        const late = { code: status.DEADLINE_EXCEEDED, details: `no progress for ${stallMs / 1000} s` };
        ended.reject(platformFailure('UploadAsset', stall.signal.aborted ? late : error));
      }
    },
  );
  const stop = (): void => call.cancel();
  const reasons = AbortSignal.any([signal, stall.signal]);
  reasons.addEventListener('abort', stop, { once: true });
  /** Waits until the message is on its way, so that no more than one chunk lies in memory. */
  const send = async (msg: Part): Promise<void> => {
    timer.refresh();
    await Promise.race([
      ended.promise, // an answer ahead of the end is a refusal, and rejects
      new Promise<void>((resolve) => {
        call.write(create(BatonServiceUploadAssetRequestSchema, { msg }), () => resolve());
      }),
    ]);
  };
  try {
    if (reasons.aborted) {
      stop();
    }
    await send({ case: 'metadata', value: { hostId, taskId } });
    const hash = createHash('sha256');
    for await (const data of chunksOf(file)) {
      hash.update(data);
      await send({ case: 'data', value: { data } });
    }
    await send({ case: 'eof', value: { sha256Checksum: hash.digest() } });
    call.end();
    await ended.promise;
  } finally {
    clearTimeout(timer);
    reasons.removeEventListener('abort', stop);
    call.cancel(); // does nothing where the call has ended
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (thrown) {
    throw new ConnectorError('local-io', `cannot read the file to upload: ${osReason(thrown)}`);
  }
}

/** The file in chunks of one size, the last one of what is left. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = Buffer.alloc(chunkBytes);
    let filled = 0;
    while (filled < chunk.length) {
      const { bytesRead } = await file.read(chunk, filled, chunk.length - filled);
      if (bytesRead === 0) {
        break;
      }
      filled += bytesRead;
    }
    if (filled > 0) {
      yield chunk.subarray(0, filled);
    }
    if (filled < chunk.length) {
      return;
    }
  }
}
