import { credentials } from '@grpc/grpc-js';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { TraceTarget } from './trace-settings.ts';

/** What sends traces there; each protocol is loaded only where it is spoken. */
export async function exporterTo(target: TraceTarget): Promise<SpanExporter> {
  if (target.protocol === 'http') {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter();
  }
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc');
  const { collector } = target;
  if (collector === undefined) {
    return new OTLPTraceExporter();
  }
  const { address, isPlain, ca } = collector;
  return new OTLPTraceExporter({
    url: `${isPlain ? 'http' : 'https'}://${address}`,
    credentials: isPlain
      ? credentials.createInsecure()
      : credentials.createSsl(ca === undefined ? null : Buffer.from(ca)),
  });
}
