import type { DescMethod, DescMethodUnary, Message, MessageShape } from '@bufbuild/protobuf';
import { connectorServices } from './connector-services.ts';
import type { ListedRows } from './row-listings.ts';
import type { RowPage } from './row.ts';

/** Every method of every service, by name: one type for each name, since no two services share one. */
type Methods = Merged<(typeof connectorServices)[number]['method']>;
type Merged<Union> = (Union extends unknown ? (part: Union) => void : never) extends (whole: infer Whole) => void
  ? Whole
  : never;

/** What a method answers: a page of rows, or what `Other` says. */
export type AnswerOf<Name, Other> = Name extends keyof ListedRows ? RowPage<ListedRows[Name]> : Other;

/** A method may be called without a request when its request has no fields. */
type Call<Request, Answer> = keyof Request extends '$typeName' | '$unknown'
  ? (request?: Request, signal?: AbortSignal) => Promise<Answer>
  : (request: Request, signal?: AbortSignal) => Promise<Answer>;

/**
 * What a connector answers, in the protocol's messages: a function for each unary method of `connectorServices`.
 * `connector.ts` is one, the gRPC client in `server/` is another: whoever walks a surface cannot tell whether it runs
 * in this process. All throw ConnectorError; a method that nobody answers throws `unsupported`.
 */
export type ConnectorSurface = {
  readonly [
    Name in keyof Methods as Methods[Name] extends { methodKind: 'unary' } ? Name : never
  ]: Methods[Name] extends DescMethodUnary<infer I, infer O>
    ? Call<MessageShape<I>, AnswerOf<Name, MessageShape<O>>>
    : never;
};

/** A surface, made method by method. */
export function surfaceOf(
  callOf: (method: DescMethodUnary) => (request?: Message, signal?: AbortSignal) => Promise<unknown>,
): ConnectorSurface {
  const methods: readonly DescMethod[] = connectorServices.flatMap((service) => service.methods);
  return Object.fromEntries(
    methods.filter(isUnary).map((method) => [method.localName, callOf(method)]),
  ) as unknown as ConnectorSurface; // the type above has the same methods
}

function isUnary(method: DescMethod): method is DescMethod & { methodKind: 'unary' } {
  return method.methodKind === 'unary';
}
