import { create } from '@bufbuild/protobuf';
import {
  GrantManagerServiceGrantRequestSchema,
  GrantManagerServiceGrantResponseSchema,
  GrantManagerServiceRevokeRequestSchema,
  GrantManagerServiceRevokeResponseSchema,
} from '../../gen/c1/connector/v2/grant_pb.ts';
import {
  CreateAccountRequestSchema,
  CreateAccountResponseSchema,
  CreateResourceRequestSchema,
  CreateResourceResponseSchema,
  DeleteResourceRequestSchema,
  DeleteResourceResponseSchema,
  IssueCredentialRequestSchema,
  IssueCredentialResponseSchema,
  RotateCredentialRequestSchema,
  RotateCredentialResponseSchema,
} from '../../gen/c1/connector/v2/resource_pb.ts';
import { answered, taskKind, type TaskKind } from '../task.ts';

// What changes something at Descope. A task's own annotations stay here, as in the Go SDK.

const grant = taskKind('grant', 'change', async ({ entitlement, principal }, { surface, signal }) => {
  const request = create(GrantManagerServiceGrantRequestSchema, {
    ...(entitlement && { entitlement }),
    ...(principal && { principal }),
  });
  return answered(GrantManagerServiceGrantResponseSchema, await surface.grant(request, signal));
});

const revoke = taskKind('revoke', 'change', async ({ grant: held }, { surface, signal }) => {
  const request = create(GrantManagerServiceRevokeRequestSchema, held && { grant: held });
  return answered(GrantManagerServiceRevokeResponseSchema, await surface.revoke(request, signal));
});

const createAccount = taskKind('createAccount', 'change', async (task, { surface, signal }) => {
  const { $typeName: _name, $unknown: _rest, ...fields } = task;
  const request = create(CreateAccountRequestSchema, fields);
  return answered(CreateAccountResponseSchema, await surface.createAccount(request, signal));
});

const createResource = taskKind('createResource', 'change', async ({ resource }, { surface, signal }) => {
  const request = create(CreateResourceRequestSchema, resource && { resource });
  return answered(CreateResourceResponseSchema, await surface.createResource(request, signal));
});

const deleteResource = taskKind('deleteResource', 'change', async (task, { surface, signal }) => {
  const { $typeName: _name, $unknown: _rest, ...fields } = task;
  const request = create(DeleteResourceRequestSchema, fields);
  return answered(DeleteResourceResponseSchema, await surface.deleteResource(request, signal));
});

const rotateCredentials = taskKind('rotateCredentials', 'change', async (task, { surface, signal }) => {
  const { $typeName: _name, $unknown: _rest, ...fields } = task;
  const request = create(RotateCredentialRequestSchema, fields);
  return answered(RotateCredentialResponseSchema, await surface.rotateCredential(request, signal));
});

const issueCredential = taskKind('issueCredential', 'change', async (task, { id, surface, signal }) => {
  const { $typeName: _name, $unknown: _rest, ...fields } = task;
  const request = create(IssueCredentialRequestSchema, { ...fields, requestId: id });
  return answered(IssueCredentialResponseSchema, await surface.issueCredential(request, signal));
});

export const changes: readonly TaskKind[] = [
  grant,
  revoke,
  createAccount,
  createResource,
  deleteResource,
  rotateCredentials,
  issueCredential,
];
