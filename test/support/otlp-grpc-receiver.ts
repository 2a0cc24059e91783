import { Server, ServerCredentials } from '@grpc/grpc-js';

/** As much of a trace collector as takes OTLP over gRPC on loopback: bodies are kept as text, in which names stand as they are. */
export interface OtlpGrpcReceiver extends AsyncDisposable {
  /** "localhost:4317". */
  readonly address: string;
  readonly text: () => string;
  readonly exports: () => number;
}

const bytes = (body: Buffer): Buffer => body;

/** With certificate and key (PEM) it speaks TLS. */
export async function startOtlpGrpcReceiver(tls?: {
  readonly cert: string;
  readonly key: string;
}): Promise<OtlpGrpcReceiver> {
  const bodies: string[] = [];
  const server = new Server();
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    {
      export: ({ request }: { request: Buffer }, answer: (error: null, body: Buffer) => void) => {
        bodies.push(request.toString('latin1'));
        answer(null, Buffer.alloc(0));
      },
    },
  );
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('localhost:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return {
    address: `localhost:${port}`,
    text: () => bodies.join('\n'),
    exports: () => bodies.length,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}
