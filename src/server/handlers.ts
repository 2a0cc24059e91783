import { type DescMethodUnary, type DescService, create, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { toServiceError } from './errors.ts';
import { EncodedResponse } from './row-page.ts';

/** What a call is answered with. Whatever it throws becomes a status; the signal fires when the caller goes away. */
export type Answer<I, O> = (request: I, signal: AbortSignal) => Promise<O> | O;

/** The answers of a service, by method; a method that is left out answers UNIMPLEMENTED. */
export type ServiceAnswers<Service extends DescService> = {
  [Method in keyof Service['method']]?: Service['method'][Method] extends DescMethodUnary<infer I, infer O>
    ? Answer<MessageShape<I>, MessageInitShape<O> | EncodedResponse>
    : never;
};

/** Told of every call that ended. */
export type CallObserver = (path: string, durationMs: number, error: unknown) => void;

export interface HandlerOptions {
  readonly logger?: Logger;
  readonly onCall?: CallObserver;
}

/**
 * One adapter for every handler: an async function may reject (grpc-js would leave its caller hanging), may finish after
 * the caller has gone, and may be cancelled, which grpc-js also reports after every success.
 */
export function implementationOf<Service extends DescService>(service: Service, answers: ServiceAnswers<Service>, options: HandlerOptions = {}): UntypedServiceImplementation {
  const byName = answers as Readonly<Record<string, Answer<never, never> | undefined>>; // the mapped type above is checked where it is written
  return Object.fromEntries(
    service.methods.map((method) => {
      const path = `/${service.typeName}/${method.name}`;
      const answer = byName[method.localName];
      return [
        method.localName,
        method.methodKind === 'server_streaming'
          ? emptyStream()
          : unary(path, async (request, signal) => {
              if (answer === undefined) {
                throw new ConnectorError('unsupported', `${path} is not something that this connector does`);
              }
              const answered: MessageInitShape<typeof method.output> | EncodedResponse = await answer(request as never, signal);
              return isEncoded(answered) ? answered : create(method.output, answered);
            }, options),
      ];
    }),
  );
}

function isEncoded(answered: unknown): answered is EncodedResponse {
  return answered instanceof EncodedResponse;
}

function unary<I, O>(path: string, answer: Answer<I, O>, { logger = silentLogger, onCall }: HandlerOptions): handleUnaryCall<I, O> {
  return (call, reply) => {
    const abort = new AbortController();
    const startedAt = performance.now();
    call.on('cancelled', () => abort.abort());
    const finish = (error: unknown, message?: O): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      onCall?.(path, durationMs, error);
      logger.debug('grpc call', { path, durationMs, failed: error !== undefined });
      reply(error === undefined ? null : toServiceError(error, logger), message);
    };
    void (async () => answer(call.request, abort.signal))().then(
      (message) => finish(undefined, message),
      (thrown: unknown) => finish(thrown ?? new Error('thrown without a reason')),
    );
  };
}

/** What Go connectors answer where they have nothing to stream. */
function emptyStream<I, O>(): handleServerStreamingCall<I, O> {
  return (call) => call.end();
}
