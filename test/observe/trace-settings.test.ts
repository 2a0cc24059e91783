import { SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { samplerOf } from '../../src/observe/sampler.ts';
import { traceTargetOf } from '../../src/observe/trace-settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('traces', () => {
  it.each([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, undefined],
    [endpoint, 'http'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, 'http'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http'],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'true' }, undefined],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, 'http'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'grpc'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, 'grpc'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' }, 'http'],
  ])('%j asks for them: %s', (env, wanted) => {
    expect(traceTargetOf(env)?.protocol).toBe(wanted);
  });

  it.each([[{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"']])(
    '%j is refused, with what there is instead',
    (env, message) => {
      expect(() => traceTargetOf(env)).toThrow(message);
    },
  );
});

describe('a collector that is named', () => {
  const collector = { address: 'otel.example:4317', isPlain: false };

  it('is sent OTLP over gRPC, whatever the variables say besides', () => {
    expect(traceTargetOf({ ...endpoint, OTEL_TRACES_EXPORTER: 'zipkin' }, collector)).toEqual({
      protocol: 'grpc',
      collector,
    });
  });

  it('is sent nothing where the SDK is switched off, and no variable counts where tracing is', () => {
    expect(traceTargetOf({ OTEL_SDK_DISABLED: 'true' }, collector)).toBeUndefined();
    expect(traceTargetOf(endpoint, 'off')).toBeUndefined();
  });
});

describe('the sampler', () => {
  const decide = (sampler: Sampler | undefined): SamplingDecision | undefined =>
    sampler?.shouldSample(ROOT_CONTEXT, '0af7651916cd43dd8448eb211c80319c', 'sync', SpanKind.INTERNAL, {}, []).decision;

  it.each([
    [{}, undefined],
    [{ OTEL_TRACES_SAMPLER: 'nonsense' }, undefined],
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, SamplingDecision.RECORD_AND_SAMPLED],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, SamplingDecision.NOT_RECORD],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, SamplingDecision.NOT_RECORD],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, SamplingDecision.NOT_RECORD],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, SamplingDecision.RECORD_AND_SAMPLED],
  ])('of %j decides %s', (env, decision) => {
    expect(decide(samplerOf(env))).toBe(decision);
  });
});
