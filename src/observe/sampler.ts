import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Which traces are kept, as OTEL_TRACES_SAMPLER says; undefined for the default, all but those whose caller keeps none.
 */
export function samplerOf(env: Variables): Sampler | undefined {
  const given = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  const ratio = new TraceIdRatioBasedSampler(Number.isFinite(given) ? given : 1);
  const name = env['OTEL_TRACES_SAMPLER'] ?? '';
  const root = { always_on: new AlwaysOnSampler(), always_off: new AlwaysOffSampler(), traceidratio: ratio }[
    name.replace(/^parentbased_/, '')
  ];
  return root !== undefined && name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
