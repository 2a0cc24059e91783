import {
  context,
  diag,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { ConnectorError } from '../errors.ts';
import { type Logger, silentLogger } from '../log.ts';
import { samplerOf } from './sampler.ts';
import type { RequestWatcher, WrapPlatformCall, WrapTask } from './watchers.ts';

/** Trace spans around calls, syncs and requests. They carry names, statuses and our own ids; no person, no record. */
export interface Traces {
  readonly requests: Pick<RequestWatcher, 'onAttempt'>;
  /** Runs a gRPC call inside a span, a child of the caller's when it sent its own along. */
  call<T>(path: string, header: (name: string) => string | undefined, work: () => Promise<T>): Promise<T>;
  sync<T>(syncId: string, work: () => Promise<T>): Promise<T>;
  /** A task of a platform in a trace of its own: what is read, changed, uploaded and reported for it lies within. */
  readonly task: WrapTask;
  /** A call to the platform, where it belongs to a task: the questions for tasks would be traces without end. */
  readonly platformCall: WrapPlatformCall;
  /** Sends what has gathered, and no more after that. Gives up after three seconds. */
  stop(): Promise<void>;
}

export interface TracesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly runId: string;
  /** Where to, and how. */
  readonly exporter: SpanExporter;
  readonly logger?: Logger;
}

const stopWithinMs = 3_000;
const platformService = 'c1.connectorapi.baton.v1.BatonService';
const complainEveryMs = 60_000;

export function startTraces({ env, version, runId, exporter, logger = silentLogger }: TracesOptions): Traces {
  const complain = complainTo(logger);
  diag.setLogger(
    { error: complain, warn: ignore, info: ignore, debug: ignore, verbose: ignore },
    { suppressOverrideMessage: true },
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const own = resourceFromAttributes({
    'service.name': 'baton-descope',
    'service.version': version,
    'service.instance.id': runId,
  });
  const sampler = samplerOf(env);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    ...(sampler !== undefined && { sampler }),
  });
  const tracer = provider.getTracer('baton-descope', version);

  return {
    requests: { onAttempt: (endpoint) => beginRequest(tracer, endpoint) },
    call: (path, header, work) => {
      const [service = '', method = ''] = path.slice(1).split('/');
      const parent = propagation.extract(context.active(), header, { get: (read, name) => read(name), keys: () => [] });
      const span = tracer.startSpan(
        path.slice(1),
        { kind: SpanKind.SERVER, attributes: { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method } },
        parent,
      );
      return within(span, trace.setSpan(parent, span), work);
    },
    sync: (syncId, work) => {
      const span = tracer.startSpan('sync', { attributes: { 'baton_descope.sync.id': syncId } });
      return within(span, trace.setSpan(context.active(), span), work);
    },
    task: async (kind, taskId, work) => {
      const attributes = { 'baton_descope.task.kind': kind, ...(taskId !== '' && { 'baton_descope.task.id': taskId }) };
      const span = tracer.startSpan(`task ${kind}`, { kind: SpanKind.CONSUMER, attributes, root: true });
      return await within(span, trace.setSpan(context.active(), span), async () => {
        const result = await work();
        if (result !== 'success') {
          fail(span, result);
        }
        return result;
      });
    },
    platformCall: async (method, work) => {
      if (trace.getActiveSpan() === undefined) {
        return await work();
      }
      const attributes = { 'rpc.system': 'grpc', 'rpc.service': platformService, 'rpc.method': method };
      const span = tracer.startSpan(`${platformService}/${method}`, { kind: SpanKind.CLIENT, attributes });
      return await within(span, trace.setSpan(context.active(), span), work);
    },
    stop: async () => {
      const isSent = await Promise.race([
        provider.shutdown().then(
          () => true,
          () => false,
        ),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), stopWithinMs)),
      ]);
      if (!isSent) {
        complain();
      }
      context.disable();
      propagation.disable();
    },
  };
}

function beginRequest(tracer: Tracer, endpoint: string): (status: string) => void {
  const [method = '', path = ''] = endpoint.split(' ');
  const span = tracer.startSpan(endpoint, {
    kind: SpanKind.CLIENT,
    attributes: { 'http.request.method': method, 'url.template': path },
  });
  return (status) => {
    const code = Number(status);
    if (Number.isInteger(code)) {
      span.setAttribute('http.response.status_code', code);
    }
    if (!(code >= 200 && code < 300)) {
      fail(span, status);
    }
    span.end();
  };
}

async function within<T>(span: Span, inside: ReturnType<typeof context.active>, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(inside, work);
  } catch (thrown) {
    fail(span, kindOf(thrown));
    throw thrown;
  } finally {
    span.end();
  }
}

function fail(span: Span, kind: string): void {
  span.setAttribute('error.type', kind);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function kindOf(thrown: unknown): string {
  return thrown instanceof ConnectorError ? thrown.kind : 'internal';
}

/** The exporter says little and often: that it fails is told, once a minute at most. */
function complainTo(logger: Logger): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - toldAt > complainEveryMs) {
      toldAt = performance.now();
      logger.warn('traces could not be delivered; see --otel-collector-endpoint, or OTEL_EXPORTER_OTLP_ENDPOINT');
    }
  };
}

function ignore(): void {
  // nobody needs to know
}
