import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { version } from '../version.ts';
import { type EndpointName, endpoints, kinds } from './endpoints.ts';
import { problem } from './schemas.ts';

const jsonType = 'application/json';
/** The statuses of problems, and when they come. */
export const problems: Readonly<Record<string, string>> = {
  '400': 'The question is not understood.',
  '403': 'Asked in plain HTTP, where mutual TLS is needed.',
  '404': 'There is no such thing, or the store knows nothing of that time.',
  '409': 'Several things have this name: `detail` names them.',
  '421': 'Asked under a name that is not of this machine.',
  '500': 'The store is damaged, or the program is.',
  '503': 'The store is not there or not readable, or more is asked than is answered.',
};

/** The description of the API, OpenAPI 3.1, made of the schemas by which questions are understood. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'baton-descope: access, now and on any day',
      version,
      description:
        'Questions to a store of syncs. Answers have the shape of `--json` of the command line; fields may be added to them. ' +
        'On a loopback address it is asked over plain HTTP, on others over mutual TLS alone: a caller without a certificate ' +
        'of the trusted CA is refused in the handshake. Nothing can be changed here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{}, { mutualTls: [] }],
    paths: Object.fromEntries(
      (Object.keys(endpoints) as EndpointName[]).map((name) => [name, { get: operation(name) }]),
    ),
    components: {
      securitySchemes: {
        mutualTls: {
          type: 'mutualTLS',
          description:
            'A certificate of the CA in `--tls-client-ca`; needed wherever the address is no loopback address.',
        },
      },
      schemas: components(),
      responses: Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          responseName(status),
          { description, content: { 'application/problem+json': { schema: refTo(problem) } } },
        ]),
      ),
    },
  };
}

function operation(name: EndpointName): object {
  const { summary, query, answer } = endpoints[name];
  const told = z.toJSONSchema(query, { io: 'input' });
  const required = new Set(told.required);
  const parameters = Object.entries(told.properties ?? {}).map(([parameter, schema]) => {
    const { description, ...others } = typeof schema === 'object' ? schema : {};
    return { name: parameter, in: 'query', required: required.has(parameter), description, schema: others };
  });
  const kind = { name: 'kind', in: 'path', required: true, schema: { type: 'string', enum: kinds } };
  return {
    operationId: name
      .replace('/v1/', '')
      .replace('/{kind}', '')
      .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    parameters: [...(name.includes('{kind}') ? [kind] : []), ...parameters],
    responses: {
      '200': { description: 'A page of the answer.', content: { [jsonType]: { schema: refTo(answer) } } },
      ...Object.fromEntries(
        Object.keys(problems).map((status) => [status, { $ref: `#/components/responses/${responseName(status)}` }]),
      ),
    },
  };
}

/** The schemas that have a name. */
function components(): Readonly<Record<string, object>> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'input', uri: pathOf });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema]),
  );
}

function refTo(schema: z.ZodType): object {
  return { $ref: pathOf(schema.meta()?.id ?? '') };
}

function pathOf(id: string): string {
  return `#/components/schemas/${id}`;
}

/** What the response of a problem is called among the components. */
function responseName(status: string): string {
  return (STATUS_CODES[status] ?? '').replaceAll(' ', '');
}
