import {
  create,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { toRowOf } from '../model/row-listings.ts';
import { type AnswerOf, type ConnectorSurface, surfaceOf } from '../model/surface.ts';

/** The answers of a service, by method. Whatever one throws is what the call fails with; a method may be left out. */
export type Answers<Service extends DescService> = {
  [Name in keyof Service['method']]?: Service['method'][Name] extends DescMethodUnary<infer I, infer O>
    ? Answer<MessageShape<I>, AnswerOf<Name, MessageInitShape<O>>>
    : never;
};

/** The signal fires when the caller goes away. */
type Answer<Request, Answered> = (request: Request, signal?: AbortSignal) => Answered | Promise<Answered>;

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
    const path = `/${method.parent.typeName}/${method.name}`;
    const answer = answersOf.get(method.parent.typeName)?.[method.localName];
    return async (request, signal) => {
      if (answer === undefined) {
        throw new ConnectorError('unsupported', `${path} is not something that this connector does`);
      }
      const answered = await answer((request ?? create(method.input)) as never, signal);
      return toRowOf(method) === undefined ? create(method.output, answered) : answered;
    };
  });
}
