import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectorOf, missingOf } from '../../src/cli/collector.ts';
import { createAuthority } from '../support/certificates.ts';

let folder = '';
let pem = '';
const caFile = (): string => join(folder, 'ca.pem');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'collector-'));
  pem = (await createAuthority('collector')).cert;
  await writeFile(caFile(), pem);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const address = 'otel.example:4317';

describe('the collector that --otel-collector-endpoint names', () => {
  it.each([address, `http://${address}`, `https://${address}/`, `dns:///${address}`])(
    '%s is a host and a port',
    (text) => {
      expect(collectorOf({ otelCollectorEndpoint: text })).toEqual({ address, isPlain: false });
    },
  );

  it.each(['otel.example', 'otel.example:', 'http://otel.example:4317/v1/traces', 'a b:1', ':4317', 'x:123456'])(
    '%s is refused, with the form that it has',
    (text) => {
      expect(() => collectorOf({ otelCollectorEndpoint: text })).toThrow(
        expect.objectContaining({
          kind: 'config',
          message: expect.stringContaining('such as otel.example:4317') as string,
        }),
      );
    },
  );

  it('gets no log lines, which is told unless it is said to be known', () => {
    expect(missingOf({ otelCollectorEndpoint: address })).toContain('no log lines');
    expect(missingOf({ otelCollectorEndpoint: address, otelTracingDisabled: true })).toContain('log lines');
    expect(missingOf({ otelCollectorEndpoint: address, otelLoggingDisabled: true })).toBeUndefined();
    expect(missingOf({ otelLoggingDisabled: true })).toBeUndefined();
  });

  it('is trusted by the CA of the file, or by the one that is given as text, in PEM or in base64', () => {
    const trusted = { address, isPlain: false, ca: pem.trim() };

    expect(collectorOf({ otelCollectorEndpoint: address, otelCollectorEndpointTlsCertPath: caFile() })).toEqual(
      trusted,
    );
    expect(collectorOf({ otelCollectorEndpoint: address, otelCollectorEndpointTlsCert: pem })).toEqual(trusted);
    expect(
      collectorOf({
        otelCollectorEndpoint: address,
        otelCollectorEndpointTlsCert: Buffer.from(pem).toString('base64url'),
      }),
    ).toEqual(trusted);
  });

  it.each([
    [{ otelCollectorEndpointTlsCertPath: '/nowhere/ca.pem' }, '--otel-collector-endpoint-tls-cert-path'],
    [{ otelCollectorEndpointTlsCert: 'x' }, '--otel-collector-endpoint-tls-cert holds no certificate'],
    [{ otelCollectorEndpointTlsCert: 'x', otelCollectorEndpointTlsCertPath: 'y' }, 'not both'],
  ])('is refused where its CA cannot be used: %j', (more, message) => {
    expect(() => collectorOf({ otelCollectorEndpoint: address, ...more })).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(message) as string }),
    );
  });

  it('is reached without TLS where that is said, and its CA counts for nothing then', () => {
    const asked = { otelCollectorEndpoint: address, otelCollectorEndpointTlsInsecure: true } as const;

    expect(collectorOf({ ...asked, otelCollectorEndpointTlsCert: 'x' })).toEqual({ address, isPlain: true });
  });

  it('counts for nothing where tracing is switched off', () => {
    expect(collectorOf({ otelCollectorEndpoint: address, otelTracingDisabled: true })).toBe('off');
    expect(collectorOf({})).toBeUndefined();
  });
});
