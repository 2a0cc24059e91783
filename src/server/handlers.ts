import { create, type DescService, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { methodPath } from '../model/connector-services.ts';
import { toRowOf } from '../model/row-listings.ts';
import type { Row, RowPage } from '../model/row.ts';
import { type Answer, type Answers, unanswered } from '../services/answers.ts';
import { toServiceError } from './errors.ts';
import { encodeRowPage } from './wire.ts';

/**
 * Told of every call that ended: "/c1.connector.v2.GrantsService/ListGrants", and its status by name, "OK" or
 * "UNAVAILABLE".
 */
export type CallObserver = (path: string, durationMs: number, code: string) => void;

/**
 * Runs the work of a call, inside a trace for instance, and answers with its result. `header` reads a header of the
 * request.
 */
export type CallWrapper = <T>(
  path: string,
  header: (name: string) => string | undefined,
  work: () => Promise<T>,
) => Promise<T>;

export interface HandlerOptions {
  readonly logger?: Logger;
  /** How long a call may take whose caller sets no deadline. */
  readonly longestCallMs?: number;
  readonly onCall?: CallObserver;
  readonly wrapCall?: CallWrapper;
  readonly calls?: Pick<CallsUnderWay, 'begin'>;
}

/**
 * For a caller without a deadline. Any one page is read in less, also under a rate limit; what was read by then is
 * kept.
 */
const usualLongestCallMs = 5 * 60_000;
/** A deadline further away than this counts as none. */
const latestDeadlineMs = 60 * 60_000;
/** Soon, since the next call goes on where this one had to stop. */
const askAgainAfterMs = 1_000;

/** Counts the calls that somebody waits for. */
export interface CallsUnderWay {
  /** Counts one more call, until the function that it returns is called; to call that twice does nothing. */
  begin(): () => void;
  /** Resolves as soon as none is under way. */
  idle(): Promise<void>;
}

export function callsUnderWay(): CallsUnderWay {
  const calls = new Set<symbol>();
  let waiting: (() => void)[] = [];
  return {
    begin: () => {
      const call = Symbol('call');
      calls.add(call);
      return () => {
        if (calls.delete(call) && calls.size === 0) {
          waiting.forEach((resolve) => resolve());
          waiting = [];
        }
      };
    },
    idle: () => (calls.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/**
 * One adapter for every handler: an async function may reject (grpc-js would leave its caller hanging), may finish
 * after the caller has gone, and may be cancelled, which grpc-js also reports after every success.
 */
export function implementationOf<Service extends DescService>(
  service: Service,
  answers: Answers<Service, AbortSignal>,
  options: HandlerOptions = {},
): UntypedServiceImplementation {
  const byName = answers as Readonly<Record<string, Answer<never, never, AbortSignal> | undefined>>; // a caller has checked them against the service
  return Object.fromEntries(
    service.methods.map((method) => {
      const path = methodPath(method);
      const answer = byName[method.localName];
      const isListing = toRowOf(method) !== undefined;
      return [
        method.localName,
        method.methodKind === 'server_streaming'
          ? emptyStream()
          : unary(
              path,
              async (request, signal) => {
                if (answer === undefined) {
                  throw unanswered(method);
                }
                const answered: unknown = await answer(request as never, signal);
                return isListing
                  ? encodeRowPage(method, answered as RowPage<Row<unknown>>)
                  : create(method.output, answered as MessageInitShape<typeof method.output>);
              },
              options,
            ),
      ];
    }),
  );
}

function unary<I, O>(
  path: string,
  answer: Answer<I, O, AbortSignal>,
  { logger = silentLogger, onCall, wrapCall = unwrapped, longestCallMs = usualLongestCallMs, calls }: HandlerOptions,
): handleUnaryCall<I, O> {
  return (call, reply) => {
    const abort = new AbortController();
    const startedAt = performance.now();
    let isAnswered = false;
    const counted = calls?.begin();
    call.on('cancelled', () => {
      counted?.(); // nobody waits for an answer any more
      if (!isAnswered) {
        abort.abort(); // aborting makes an error with a stack: not for the one that follows every success
      }
    });
    const ourDeadline = setTimeout(
      () => {
        finish(overdue(longestCallMs));
        abort.abort();
      },
      ownDeadlineMs(call.getDeadline(), longestCallMs),
    ).unref();
    const finish = (error: unknown, message?: O): void => {
      if (isAnswered) {
        return;
      }
      isAnswered = true;
      counted?.();
      clearTimeout(ourDeadline);
      const durationMs = performance.now() - startedAt;
      const failure = error === undefined ? undefined : toServiceError(error, logger);
      const code = status[failure?.code ?? status.OK];
      onCall?.(path, durationMs, code);
      logger.debug('grpc call', { path, durationMs: Math.round(durationMs), code, sync: syncIdOf(call.request) });
      reply(failure ?? null, message);
    };
    if (Number(call.getDeadline()) <= Date.now()) {
      finish(new ConnectorError('timeout', 'the deadline of this call was over before it was begun; nothing was done'));
      return;
    }
    const header = (name: string): string | undefined => call.metadata.get(name)[0]?.toString();
    void (async () => await wrapCall(path, header, async () => answer(call.request, abort.signal)))().then(
      (message) => finish(undefined, message),
      (thrown: unknown) => finish(thrown ?? new Error('thrown without a reason')),
    );
  };
}

/** When a call is ended from our side: a caller's own deadline is kept by grpc-js, ours stands behind it. */
function ownDeadlineMs(deadline: Date | number, longestCallMs: number): number {
  const leftMs = Number(deadline) - Date.now();
  return leftMs <= latestDeadlineMs ? Math.max(0, leftMs) + longestCallMs : longestCallMs;
}

function overdue(longestCallMs: number): ConnectorError {
  const resetAt = Date.now() + askAgainAfterMs;
  return new ConnectorError(
    'timeout',
    `this call took longer than ${Math.round(longestCallMs / 1000)} s, and its caller set no deadline; what was read is kept: ask again`,
    { resetAt },
  );
}

const unwrapped: CallWrapper = (_path, _header, work) => work();

/**
 * The sync that a request belongs to, if it names one as the syncer does; what else a caller may send stays out of the
 * logs.
 */
function syncIdOf(request: unknown): string | undefined {
  const id =
    typeof request === 'object' && request !== null && 'activeSyncId' in request ? request.activeSyncId : undefined;
  return typeof id === 'string' && /^[0-9A-Za-z]{27}$/.test(id) ? id : undefined;
}

/** What Go connectors answer where they have nothing to stream. */
function emptyStream<I, O>(): handleServerStreamingCall<I, O> {
  return (call) => call.end();
}
