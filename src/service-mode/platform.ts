import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import {
  BatonService,
  type BatonServiceFinishTaskRequestSchema,
  type BatonServiceGetTaskResponse,
  type BatonServiceGetTasksResponse,
  type BatonServiceHeartbeatResponse,
  type BatonServiceHelloRequestSchema,
} from '../gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { methodDefinition } from '../server/wire.ts';
import { platformFailure } from './platform-failure.ts';
import type { WrapPlatformCall } from '../observe/watchers.ts';
import type { TokenSource } from './token.ts';
import { sendAsset } from './upload.ts';

/** A call that the platform does not answer must not hold anything up; a question for tasks may be held open there. */
const usualDeadlineMs = 30_000;
const pollDeadlineMs = 120_000;

type WithoutHost<Schema extends DescMessage> = Omit<MessageInitShape<Schema>, 'hostId' | '$typeName'>;

/** The calls of the platform, under our host id. All throw ConnectorError; none is repeated for a failed connection. */
export interface Platform {
  hello(request: WithoutHost<typeof BatonServiceHelloRequestSchema>, signal?: AbortSignal): Promise<void>;
  getTask(signal: AbortSignal): Promise<BatonServiceGetTaskResponse>;
  getTasks(
    pageSize: number,
    knownTaskIds: readonly string[],
    signal: AbortSignal,
  ): Promise<BatonServiceGetTasksResponse>;
  heartbeat(taskId: string, signal: AbortSignal): Promise<BatonServiceHeartbeatResponse>;
  /** Sends the file once, from its beginning. */
  upload(taskId: string, path: string, signal: AbortSignal): Promise<void>;
  finish(request: WithoutHost<typeof BatonServiceFinishTaskRequestSchema>): Promise<void>;
  close(): void;
}

export interface PlatformOptions {
  readonly client: Client;
  readonly token: TokenSource;
  readonly hostId: string;
  /** Runs each call, such as inside a span of a trace. */
  readonly wrapCall?: WrapPlatformCall | undefined;
}

export function createPlatform({ client, token, hostId, wrapCall }: PlatformOptions): Platform {
  const { method } = BatonService;
  const within: WrapPlatformCall = wrapCall ?? ((_method, work) => work());

  /** Asks with the token in force, and once more with a new one where the platform does not accept that. */
  async function authorized<T>(name: string, work: (metadata: Metadata) => Promise<T>): Promise<T> {
    return await within(name, () => withToken(work));
  }

  async function withToken<T>(work: (metadata: Metadata) => Promise<T>): Promise<T> {
    const header = await token.header();
    try {
      return await work(authorization(header));
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError) || thrown.facts['code'] !== status[status.UNAUTHENTICATED]) {
        throw thrown;
      }
      token.refused(header);
      return await work(authorization(await token.header()));
    }
  }

  const ask = async <Method extends DescMethodUnary>(
    called: Method,
    request: MessageInitShape<Method['input']>,
    { signal, deadlineMs = usualDeadlineMs }: { readonly signal?: AbortSignal; readonly deadlineMs?: number } = {},
  ): Promise<MessageShape<Method['output']>> =>
    await authorized(called.name, (metadata) => call(client, called, { request, metadata, signal, deadlineMs }));

  return {
    hello: async (request, signal) =>
      void (await ask(method.hello, { ...request, hostId }, signal === undefined ? {} : { signal })),
    getTask: async (signal) => await ask(method.getTask, { hostId }, { signal, deadlineMs: pollDeadlineMs }),
    getTasks: async (pageSize, knownTaskIds, signal) =>
      await ask(
        method.getTasks,
        { hostId, pageSize, knownTaskIds: [...knownTaskIds] },
        { signal, deadlineMs: pollDeadlineMs },
      ),
    heartbeat: async (taskId, signal) => await ask(method.heartbeat, { hostId, taskId }, { signal }),
    upload: async (taskId, path, signal) =>
      await authorized(method.uploadAsset.name, (metadata) =>
        sendAsset({ client, metadata, hostId, taskId, path, signal }),
      ),
    finish: async (request) => void (await ask(method.finishTask, { ...request, hostId })),
    close: () => client.close(),
  };
}

function authorization(header: string): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', header);
  return metadata;
}

interface CallOptions<Method extends DescMethodUnary> {
  readonly request: MessageInitShape<Method['input']>;
  readonly metadata: Metadata;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

function call<Method extends DescMethodUnary>(
  client: Client,
  method: Method,
  { request, metadata, signal, deadlineMs }: CallOptions<Method>,
): Promise<MessageShape<Method['output']>> {
  const { path, requestSerialize, responseDeserialize } = methodDefinition(method);
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new ConnectorError('cancelled', 'this process is stopping'));
      return;
    }
    const pending = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      create(method.input, request),
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error: ServiceError | null, message) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null && message !== undefined) {
          resolve(message as MessageShape<Method['output']>); // responseDeserialize makes exactly the method's output
        } else if (signal?.aborted === true) {
          reject(new ConnectorError('cancelled', 'this process is stopping'));
        } else {
          reject(platformFailure(method.name, error ?? { code: status.UNKNOWN, details: 'no message' }));
        }
      },
    );
    const cancel = (): void => pending.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
