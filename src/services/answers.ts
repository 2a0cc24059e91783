import {
  create,
  type DescMethod,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { methodPath } from '../model/connector-services.ts';
import { toRowOf } from '../model/row-listings.ts';
import { type AnswerOf, type ConnectorSurface, surfaceOf } from '../model/surface.ts';

/**
 * The answers of a service, by method. Whatever one throws is what the call fails with; a method may be left out. The
 * signal fires when the caller goes away; not every caller in this process has one.
 */
export type Answers<Service extends DescService, Signal = AbortSignal | undefined> = {
  [Name in keyof Service['method']]?: Service['method'][Name] extends DescMethodUnary<infer I, infer O>
    ? Answer<MessageShape<I>, AnswerOf<Name, MessageInitShape<O>>, Signal>
    : never;
};

/** Answers one method. `Signal` is AbortSignal alone where every call has one. */
export type Answer<Request, Answered, Signal = AbortSignal | undefined> = (
  request: Request,
  signal: Signal,
) => Answered | Promise<Answered>;

/** A service of the protocol, and what is answered of it. */
export interface AnsweredService {
  readonly service: DescService;
  readonly answers: Readonly<Record<string, Answer<never, Record<string, unknown>> | undefined>>;
}

/** Says that a service is answered, and how: the answers are checked against the service's own methods. */
export function answering<Service extends DescService>(service: Service, answers: Answers<Service>): AnsweredService {
  return { service, answers: answers as AnsweredService['answers'] };
}

/** One surface of all services. A method that none of them answers is `unsupported`. */
export function composeSurface(services: readonly AnsweredService[]): ConnectorSurface {
  const answersOf = new Map(services.map(({ service, answers }) => [service.typeName, answers]));
  return surfaceOf((method) => {
    const answer = answersOf.get(method.parent.typeName)?.[method.localName];
    return async (request, signal) => {
      if (answer === undefined) {
        throw unanswered(method);
      }
      const answered = await answer((request ?? create(method.input)) as never, signal);
      return toRowOf(method) === undefined ? create(method.output, answered) : answered;
    };
  });
}

/** What a method is answered with that no service answers. */
export function unanswered(method: DescMethod): ConnectorError {
  return new ConnectorError('unsupported', `${methodPath(method)} is not something that this connector does`);
}
