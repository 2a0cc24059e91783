import { ConnectorError } from '../errors.ts';
import { quoted } from '../printable.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** A collector that is named by address, as Baton connectors name theirs: it is sent OTLP over gRPC. */
export interface Collector {
  /** "host:port". */
  readonly address: string;
  /** Without TLS. */
  readonly isPlain: boolean;
  /** CAs (PEM) that it is trusted by, instead of the usual ones. */
  readonly ca?: string;
}

/** Where traces go. Without a collector the exporter reads address, headers and certificates from the OTEL_* variables. */
export type TraceTarget =
  | { readonly protocol: 'http' }
  | { readonly protocol: 'grpc'; readonly collector?: Collector | undefined };

/**
 * Where traces go, if anywhere: to the collector that is named, else where the usual OTEL_* variables say; "off" is
 * nowhere. What they ask for and cannot have is a `config` error. Imports nothing of OpenTelemetry, so that a start
 * without it costs nothing.
 */
export function traceTargetOf(env: Variables, collector?: Collector | 'off'): TraceTarget | undefined {
  const valueOf = (name: string): string => env[name]?.trim().toLowerCase() ?? '';
  if (valueOf('OTEL_SDK_DISABLED') === 'true' || collector === 'off') {
    return undefined;
  }
  if (collector !== undefined) {
    return { protocol: 'grpc', collector };
  }
  const exporter = valueOf('OTEL_TRACES_EXPORTER');
  const hasEndpoint = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some(
    (name) => valueOf(name) !== '',
  );
  if (exporter === 'none' || (exporter === '' && !hasEndpoint)) {
    return undefined;
  }
  if (exporter !== '' && exporter !== 'otlp') {
    throw new ConnectorError(
      'config',
      `OTEL_TRACES_EXPORTER is ${quoted(exporter)}: traces are sent with "otlp", or not at all with "none"`,
    );
  }
  const protocol = valueOf('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || valueOf('OTEL_EXPORTER_OTLP_PROTOCOL');
  return { protocol: protocol === 'grpc' ? 'grpc' : 'http' };
}
