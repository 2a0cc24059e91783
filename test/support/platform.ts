import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { create, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import {
  BatonService,
  type BatonServiceFinishTaskRequest,
  type BatonServiceHeartbeatResponseSchema,
  BatonServiceUploadAssetResponseSchema,
  type BatonServiceUploadAssetRequest,
  type TaskSchema,
} from '../../src/gen/c1/connectorapi/baton/v1/baton_pb.ts';
import { definitionOf } from '../../src/server/wire.ts';
import { createAuthority } from './certificates.ts';

/** What the double was asked, in order. `code` is how it answered. */
export interface Asked {
  readonly call: string;
  readonly request: unknown;
  readonly authorization: string;
  readonly userAgent: string;
  code: number;
}

export interface Upload {
  readonly taskId: string;
  readonly hostId: string;
  readonly chunks: readonly number[];
  readonly bytes: Buffer;
  /** False where it was cut, or its checksum is wrong. */
  readonly isWhole: boolean;
}

type TaskInit = Exclude<MessageInitShape<typeof TaskSchema>, { readonly $typeName: string }>;
type HeartbeatReply = Exclude<
  MessageInitShape<typeof BatonServiceHeartbeatResponseSchema>,
  { readonly $typeName: string }
>;

export interface PlatformOptions {
  /** Tasks that wait from the beginning. */
  readonly tasks?: readonly TaskInit[];
  /** What each answer to a question for tasks says. */
  readonly nextPollMs?: number;
  readonly nextHeartbeatMs?: number;
  readonly tokenSeconds?: number;
  /** What it is called; another host than localhost is reached through a proxy only. */
  readonly host?: string;
  /** How far the platform's clock is ahead of the machine's. */
  readonly clockAheadMs?: number;
}

/** A gRPC status, or nothing to answer as usual. */
export type Fault = { readonly code: status; readonly details?: string } | undefined;

/** A hosted platform on loopback: TLS of its own authority, the token endpoint and BatonService behind one port. */
export interface PlatformDouble extends AsyncDisposable {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ca: string;
  readonly port: number;
  /** What a process needs in its environment, but for `BATON_C1_CA_FILE`. */
  readonly env: Readonly<Record<string, string>>;
  readonly asked: readonly Asked[];
  readonly tokensGiven: () => number;
  readonly uploads: readonly Upload[];
  give(task: TaskInit): string;
  /** Resolves with the request that finished the task. */
  finished(taskId: string): Promise<BatonServiceFinishTaskRequest>;
  /** Resolves when the call has been asked for the nth time. */
  askedFor(call: string, times?: number): Promise<Asked>;
  /** Decides each call before it is answered. */
  onCall: (call: string, nth: number, request: unknown) => Fault | Promise<Fault>;
  /** What a heartbeat is answered with besides. */
  onHeartbeat: (taskId: string, nth: number) => HeartbeatReply;
  /** How a request for a token is answered instead: a status. */
  onToken: (nth: number) => number | undefined;
  /** Cuts an upload after so many chunks. */
  cutUploadAfter: (nth: number) => number | undefined;
  /** Takes so long over an upload that it never ends. */
  isUploadSlow: boolean;
  /** No token that was given so far is accepted any more. */
  endTokens(): void;
  /** Nobody listens, or somebody does again. */
  setDown(isDown: boolean): Promise<void>;
}

/** A task id as the platform makes them. */
export function taskId(name: string): string {
  return name
    .replaceAll(/[^0-9A-Za-z]/g, '')
    .padEnd(27, '0')
    .slice(0, 27);
}

export async function startPlatform(options: PlatformOptions = {}): Promise<PlatformDouble> {
  const authority = await createAuthority('authority of the platform');
  const { host = 'localhost' } = options;
  const leaf = await authority.issue('platform', { host });
  const keys = generateKeyPairSync('ed25519');
  const jwk = JSON.stringify(keys.privateKey.export({ format: 'jwk' }));
  const clientSecret = `secret-token:conductorone.com:v1:${Buffer.from(jwk).toString('base64url')}`;
  const core = createCore({ ...options, host });

  const grpc = new Server();
  grpc.addService(definitionOf(BatonService), core.implementation);
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (thrown, bound) =>
      thrown === null ? resolve(bound) : reject(thrown),
    );
  });
  const tokens = createHttpServer((request, response) => {
    void core.answerToken(request, response, { clientId: double.clientId, key: keys.publicKey });
  });
  await new Promise<void>((resolve) => {
    tokens.listen(0, '127.0.0.1', resolve);
  });
  const tokenPort = (tokens.address() as { port: number }).port; // it listens on TCP
  const sockets = new Set<Socket>();
  const front = createTlsServer({ ...leaf, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    const onward = connect(socket.alpnProtocol === 'h2' ? grpcPort : tokenPort, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => onward.destroy());
    onward.on('error', () => undefined).on('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  front.on('tlsClientError', () => undefined);
  const listen = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      front.once('error', reject).listen(at, '127.0.0.1', resolve);
    });
  const unlisten = (): Promise<void> =>
    new Promise((resolve) => {
      front.close(() => resolve());
      sockets.forEach((socket) => socket.destroy());
    });
  await listen(0);
  const { port } = front.address() as { port: number }; // it listens on TCP
  const clientId = `gentle-otter-1@${host}:${port}/descope`;
  let isDown = false;
  const double: PlatformDouble = Object.assign(core.controls, {
    clientId,
    clientSecret,
    ca: authority.cert,
    port,
    env: { BATON_CLIENT_ID: clientId, BATON_CLIENT_SECRET: clientSecret, BATON_HOST_ID: 'host-1' },
    setDown: async (to: boolean) => {
      if (to !== isDown) {
        isDown = to;
        await (to ? unlisten() : listen(port));
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (!isDown) {
        await unlisten();
      }
      grpc.forceShutdown();
      tokens.closeAllConnections();
      await new Promise<void>((resolve) => {
        tokens.close(() => resolve());
      });
    },
  });
  return double;
}

type Controls = Omit<
  PlatformDouble,
  'clientId' | 'clientSecret' | 'ca' | 'port' | 'env' | 'setDown' | typeof Symbol.asyncDispose
>;

function createCore({
  tasks = [],
  nextPollMs = 0,
  nextHeartbeatMs = 0,
  tokenSeconds = 3_600,
  clockAheadMs = 0,
  host,
}: PlatformOptions & { readonly host: string }) {
  const queue: TaskInit[] = [...tasks];
  const asked: Asked[] = [];
  const uploads: Upload[] = [];
  const finishes = new Map<string, PromiseWithResolvers<BatonServiceFinishTaskRequest>>();
  const watchers: { readonly call: string; readonly times: number; readonly resolve: (asked: Asked) => void }[] = [];
  const valid = new Map<string, number>();
  let tokensGiven = 0;

  const finishOf = (id: string): PromiseWithResolvers<BatonServiceFinishTaskRequest> => {
    const known = finishes.get(id) ?? Promise.withResolvers<BatonServiceFinishTaskRequest>();
    finishes.set(id, known);
    return known;
  };
  const controls: Controls = {
    asked,
    uploads,
    tokensGiven: () => tokensGiven,
    give: (task) => {
      queue.push(task);
      return task.id ?? '';
    },
    finished: (id) => finishOf(id).promise,
    askedFor: (call, times = 1) =>
      new Promise((resolve) => {
        const seen = asked.filter((one) => one.call === call)[times - 1];
        if (seen === undefined) {
          watchers.push({ call, times, resolve });
        } else {
          resolve(seen);
        }
      }),
    onCall: () => undefined,
    onHeartbeat: () => ({}),
    onToken: () => undefined,
    cutUploadAfter: () => undefined,
    isUploadSlow: false,
    endTokens: () => valid.clear(),
  };

  type AnyCall = ServerUnaryCall<unknown, unknown> | ServerReadableStream<unknown, unknown>;
  function note(call: string, handled: AnyCall, request: unknown): Asked {
    const one: Asked = {
      call,
      request,
      authorization: String(handled.metadata.get('authorization')[0] ?? ''),
      userAgent: String(handled.metadata.get('user-agent')[0] ?? ''),
      code: status.OK,
    };
    asked.push(one);
    const times = asked.filter((other) => other.call === call).length;
    watchers
      .filter((watcher) => watcher.call === call && watcher.times === times)
      .forEach(({ resolve }) => resolve(one));
    return one;
  }

  async function faultOf(one: Asked): Promise<Fault> {
    const nth = asked.filter(({ call }) => call === one.call).indexOf(one) + 1;
    const expiry = valid.get(one.authorization) ?? 0;
    const fault =
      expiry > Date.now() + clockAheadMs
        ? await controls.onCall(one.call, nth, one.request)
        : { code: status.UNAUTHENTICATED, details: 'the token is not valid' };
    one.code = fault?.code ?? status.OK;
    return fault;
  }

  function unary<I, O>(call: string, answer: (request: I, nth: number) => O) {
    return (handled: ServerUnaryCall<I, O>, reply: sendUnaryData<O>): void => {
      const one = note(call, handled, handled.request);
      void (async () => {
        const fault = await faultOf(one);
        if (fault === undefined) {
          reply(null, answer(handled.request, asked.filter((other) => other.call === call).length));
        } else {
          reply({ code: fault.code, details: fault.details ?? 'as scripted' });
        }
      })();
    };
  }

  const { method } = BatonService;
  const implementation = {
    hello: unary('Hello', () => create(method.hello.output)),
    getTask: unary('GetTask', () => {
      const task = queue.shift() ?? { taskType: { case: 'none' as const, value: {} } };
      return create(method.getTask.output, { task, nextPoll: durationFromMs(nextPollMs) });
    }),
    getTasks: unary('GetTasks', ({ pageSize }: MessageShape<typeof method.getTasks.input>) =>
      create(method.getTasks.output, { tasks: queue.splice(0, pageSize), nextPoll: durationFromMs(nextPollMs) }),
    ),
    heartbeat: unary('Heartbeat', ({ taskId: id }: MessageShape<typeof method.heartbeat.input>, nth) =>
      create(method.heartbeat.output, {
        nextHeartbeat: durationFromMs(nextHeartbeatMs),
        ...controls.onHeartbeat(id, nth),
      }),
    ),
    finishTask: unary('FinishTask', (request: BatonServiceFinishTaskRequest) => {
      finishOf(request.taskId).resolve(request);
      return create(method.finishTask.output);
    }),
    startDebugging: unary('StartDebugging', () => create(method.startDebugging.output)),
    uploadAsset: (
      handled: ServerReadableStream<BatonServiceUploadAssetRequest, unknown>,
      reply: sendUnaryData<unknown>,
    ): void => {
      const one = note('UploadAsset', handled, undefined);
      const nth = asked.filter(({ call }) => call === 'UploadAsset').length;
      const chunks: Uint8Array[] = [];
      let [id, hostId] = ['', ''];
      let isOver = false;
      const refuse = (code: status, details: string): void => {
        if (!isOver) {
          isOver = true;
          one.code = code;
          record(false);
          reply({ code, details });
        }
      };
      const record = (isWhole: boolean): void => {
        const bytes = Buffer.concat(chunks);
        uploads.push({ taskId: id, hostId, bytes, isWhole, chunks: chunks.map(({ length }) => length) });
      };
      void (async () => {
        const fault = await faultOf(one);
        if (fault !== undefined) {
          refuse(fault.code, fault.details ?? 'as scripted');
        }
      })();
      if (controls.isUploadSlow) {
        handled.pause();
        handled.on('error', () => refuse(status.CANCELLED, 'gone'));
        handled.on('cancelled', () => refuse(status.CANCELLED, 'gone'));
        return;
      }
      handled.on('data', ({ msg }: BatonServiceUploadAssetRequest) => {
        if (msg.case === 'metadata') {
          ({ taskId: id, hostId } = msg.value);
        } else if (msg.case === 'data') {
          chunks.push(msg.value.data);
        }
        if (controls.cutUploadAfter(nth) === chunks.length) {
          refuse(status.UNAVAILABLE, 'cut');
        }
        if (msg.case === 'eof' && !isOver) {
          const sum = createHash('sha256').update(Buffer.concat(chunks)).digest();
          if (!sum.equals(msg.value.sha256Checksum)) {
            refuse(status.INVALID_ARGUMENT, 'checksum');
          }
        }
      });
      handled.on('end', () => {
        if (!isOver) {
          isOver = true;
          record(true);
          reply(null, create(BatonServiceUploadAssetResponseSchema));
        }
      });
      handled.on('error', () => refuse(status.CANCELLED, 'gone'));
      handled.on('cancelled', () => refuse(status.CANCELLED, 'gone'));
    },
  };

  async function answerToken(
    request: IncomingMessage,
    response: ServerResponse,
    { clientId, key }: { readonly clientId: string; readonly key: KeyObject },
  ): Promise<void> {
    let text = '';
    for await (const piece of request.setEncoding('utf8') as AsyncIterable<string>) {
      text += piece;
    }
    const form = new URLSearchParams(text);
    tokensGiven += 1;
    const one: Asked = { call: 'Token', request: text, authorization: '', userAgent: '', code: 200 };
    asked.push(one);
    const now = new Date(Date.now() + clockAheadMs);
    const assertion = form.get('client_assertion') ?? '';
    const isGood =
      request.url === '/auth/v1/token' &&
      form.get('client_id') === clientId &&
      form.get('grant_type') === 'client_credentials' &&
      /^[0-9a-f]{32}$/.test(String(decodeProtectedHeader(assertion)['nonce'])) &&
      (await jwtVerify(assertion, key, {
        issuer: clientId,
        subject: clientId,
        audience: host,
        algorithms: ['EdDSA'],
        currentDate: now,
      }).then(
        () => true,
        () => false,
      ));
    one.code = controls.onToken(tokensGiven) ?? (isGood ? 200 : 401);
    response.writeHead(one.code, { date: now.toUTCString(), 'content-type': 'application/json' });
    if (one.code !== 200) {
      response.end('{"error":"invalid_client"}');
      return;
    }
    const token = randomBytes(24).toString('base64url');
    valid.set(`Bearer ${token}`, now.getTime() + tokenSeconds * 1000);
    response.end(JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: tokenSeconds }));
  }

  return { controls, implementation, answerToken };
}
