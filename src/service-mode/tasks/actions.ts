import { create } from '@bufbuild/protobuf';
import { ConnectorError } from '../../errors.ts';
import {
  BatonActionStatus,
  GetActionSchemaRequestSchema,
  GetActionSchemaResponseSchema,
  GetActionStatusRequestSchema,
  GetActionStatusResponseSchema,
  InvokeActionRequestSchema,
  InvokeActionResponseSchema,
  ListActionSchemasRequestSchema,
  ListActionSchemasResponseSchema,
} from '../../gen/c1/connector/v2/action_pb.ts';
import { answered, taskKind, type TaskKind } from '../task.ts';

const listSchemas = taskKind('actionListSchemas', 'read', async (task, { surface, signal }) => {
  const { resourceTypeId, annotations } = task;
  const request = create(ListActionSchemasRequestSchema, { resourceTypeId, annotations });
  const { response } = answered(ListActionSchemasResponseSchema, await surface.listActionSchemas(request, signal));
  return { response };
});

const getSchema = taskKind('actionGetSchema', 'read', async ({ name, annotations }, { surface, signal }) => {
  const request = create(GetActionSchemaRequestSchema, { name, annotations });
  const { response } = answered(GetActionSchemaResponseSchema, await surface.getActionSchema(request, signal));
  return { response };
});

/** An action that failed is an answer of the connector, and a failure of the task. */
const invoke = taskKind('actionInvoke', 'change', async (task, { surface, signal }) => {
  const { name, args, resourceTypeId, annotations } = task;
  const request = create(InvokeActionRequestSchema, { name, resourceTypeId, annotations, ...(args && { args }) });
  const message = await surface.invokeAction(request, signal);
  if (message.status === BatonActionStatus.FAILED) {
    const error = message.response?.['error'];
    throw new ConnectorError('precondition', typeof error === 'string' && error !== '' ? error : 'the action failed');
  }
  const { response } = answered(InvokeActionResponseSchema, message);
  return { response };
});

const getStatus = taskKind('actionStatus', 'read', async ({ name, id, annotations }, { surface, signal }) => {
  const request = create(GetActionStatusRequestSchema, { name, id, annotations });
  const { response } = answered(GetActionStatusResponseSchema, await surface.getActionStatus(request, signal));
  return { response };
});

export const actions: readonly TaskKind[] = [listSchemas, getSchema, invoke, getStatus];
