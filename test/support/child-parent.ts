import { createPrivateKey, X509Certificate } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { ServerConfigSchema } from '../../src/gen/c1/connector_wrapper/v1/connector_wrapper_pb.ts';
import { type Authority, createAuthority, type Issued } from './certificates.ts';

/** What a parent has: the line that it writes to its child, and who it is itself. */
export interface TestParent {
  readonly line: string;
  readonly authority: Authority;
  readonly client: Issued;
}

/** The configuration that a parent of the ecosystem writes; parts of it may be something else. */
export async function createParent(
  port: number,
  other: { readonly key?: Uint8Array; readonly cert?: Uint8Array; readonly caCert?: Uint8Array } = {},
): Promise<TestParent> {
  const authority = await createAuthority('parent');
  const [client, server] = [await authority.issue('client'), await authority.issue('server')];
  const credential = { caCert: der(authority.cert), cert: der(server.cert), key: goKey(server.key), ...other };
  return {
    authority,
    client,
    line: Buffer.from(
      toBinary(ServerConfigSchema, create(ServerConfigSchema, { listenPort: port, credential })),
    ).toString('base64'),
  };
}

function der(pem: string): Uint8Array {
  return new Uint8Array(new X509Certificate(pem).raw);
}

/** An Ed25519 key as Go holds one: its seed, and its public half. */
export function goKey(pem: string): Uint8Array {
  const { d = '', x = '' } = createPrivateKey(pem).export({ format: 'jwk' });
  return new Uint8Array(Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]));
}
