import { ActionService } from '../gen/c1/connector/v2/action_pb.ts';
import { type AnsweredService, answering } from './answers.ts';
import { notFound } from './refusals.ts';

/** ActionService: there are no actions, so the list is empty and none is found by name. */
export function actionService(): AnsweredService {
  return answering(ActionService, {
    listActionSchemas: () => ({}),
    getActionSchema: () => notFound('action'),
    invokeAction: () => notFound('action'),
    getActionStatus: () => notFound('action'),
  });
}
