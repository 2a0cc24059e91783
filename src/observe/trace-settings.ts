import { ConnectorError } from '../errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Whether the usual OTEL_* variables ask for traces. What they ask for and cannot have is a `config` error. Imports
 * nothing of OpenTelemetry, so that a start without it costs nothing.
 */
export function wantsTraces(env: Variables): boolean {
  const valueOf = (name: string): string => env[name]?.trim().toLowerCase() ?? '';
  if (valueOf('OTEL_SDK_DISABLED') === 'true') {
    return false;
  }
  const exporter = valueOf('OTEL_TRACES_EXPORTER');
  const hasEndpoint = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => valueOf(name) !== '',
  );
  if (exporter === 'none' || (exporter === '' && !hasEndpoint)) {
    return false;
  }
  if (exporter !== '' && exporter !== 'otlp') {
    throw new ConnectorError(
      'config',
      `OTEL_TRACES_EXPORTER is ${JSON.stringify(exporter)}: traces are sent with "otlp", or not at all with "none"`,
    );
  }
  const protocol = valueOf('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || valueOf('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol === 'grpc') {
    throw new ConnectorError(
      'config',
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc": traces are sent over HTTP; use "http/json", and the HTTP port of the collector (usually 4318)',
    );
  }
  return true;
}
