import { SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { samplerOf } from '../../src/observe/sampler.ts';
import { wantsTraces } from '../../src/observe/trace-settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('traces', () => {
  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [{ OTEL_SERVICE_NAME: 'x', OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, false],
    [endpoint, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'true' }, false],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, true],
  ])('%j asks for them: %s', (env, wanted) => {
    expect(wantsTraces(env)).toBe(wanted);
  });

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http/json'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, 'http/json'],
  ])('%j is refused, with what there is instead', (env, message) => {
    expect(() => wantsTraces(env)).toThrow(message);
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
