import { readCaFile, readCaText } from '../config/ca-file.ts';
import type { collectorFlags, OneShotValues } from '../config/one-shot-flags.ts';
import { ConnectorError } from '../errors.ts';
import type { Collector } from '../observe/trace-settings.ts';
import { quoted } from '../printable.ts';

type Asked = Pick<OneShotValues, (typeof collectorFlags)[number]>;

const flag = '--otel-collector-endpoint';

/** The collector that is named, "off" where tracing is switched off; undefined where these flags say nothing. */
export function collectorOf(asked: Asked): Collector | 'off' | undefined {
  const { otelCollectorEndpoint: endpoint, otelTracingDisabled: isOff = false } = asked;
  if (isOff) {
    return 'off';
  }
  if (endpoint === undefined) {
    return undefined;
  }
  const address = addressOf(endpoint);
  if (asked.otelCollectorEndpointTlsInsecure === true) {
    return { address, isPlain: true };
  }
  const ca = caOf(asked);
  return { address, isPlain: false, ...(ca !== undefined && { ca }) };
}

/** What other Baton connectors send to a collector and this one does not, to be told; undefined where nobody waits. */
export function missingOf({ otelCollectorEndpoint, otelLoggingDisabled = false }: Asked): string | undefined {
  return otelCollectorEndpoint === undefined || otelLoggingDisabled
    ? undefined
    : 'the collector is sent traces alone, no log lines; --otel-logging-disabled ends this note';
}

/** "otel.example:4317". A scheme in front is not needed and does no harm, where it says what the flags say. */
function addressOf(endpoint: string): string {
  const [, , address = ''] = /^(https?:\/\/|dns:\/\/\/)?([^/\s]+:\d{1,5})\/?$/i.exec(endpoint) ?? [];
  if (address === '' || !URL.canParse(`http://${address}`)) {
    throw new ConnectorError(
      'config',
      `${flag} is a host and the port at which the collector takes OTLP over gRPC, such as otel.example:4317, not ${quoted(endpoint)}`,
    );
  }
  return address;
}

function caOf({
  otelCollectorEndpointTlsCertPath: path,
  otelCollectorEndpointTlsCert: text,
}: Asked): string | undefined {
  if (path !== undefined && text !== undefined) {
    throw new ConnectorError('config', `give one of ${flag}-tls-cert-path and ${flag}-tls-cert, not both`);
  }
  if (path !== undefined) {
    return readCaFile(path, `${flag}-tls-cert-path`).join('\n');
  }
  if (text === undefined) {
    return undefined;
  }
  const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64url').toString('latin1');
  return readCaText(pem.replaceAll(String.raw`\n`, '\n'), `${flag}-tls-cert`).join('\n');
}
