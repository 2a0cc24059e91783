import { fieldRequired, invalidArgument } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { changeContact } from './contact.ts';
import type { ContactKind } from './contact.ts';
import type { UserContext } from './context.ts';
import { createEndpoints } from './create-endpoints.ts';
import { addressedUser, saved } from './role-endpoints.ts';
import { findUser } from './read-endpoints.ts';

/** What a status can be set to. */
export const settableStatuses = new Set(['enabled', 'disabled', 'invited']);

/** Creating, inviting, enabling, changing the address of, and deleting users. */
export function userLifecycleEndpoints(context: UserContext): Endpoints {
  const { users } = context;
  const updateContact = ({ body }: EndpointCall, kind: ContactKind): Answer => {
    const user = addressedUser(context, body);
    const fails = body.flag('failOnConflict') === true;
    const changed = changeContact(context, user, kind, { value: body.text(kind), fails });
    const verified = body.flag('verified') === true;
    return saved(context, {
      ...changed,
      ...(kind === 'email' ? { verifiedEmail: verified } : { verifiedPhone: verified }),
    });
  };

  return {
    ...createEndpoints(context),
    'POST /v1/mgmt/user/update/status': endpoint(['loginId', 'identifier', 'status'], ({ body }) => {
      const user = addressedUser(context, body);
      const status = body.required('status');
      if (!settableStatuses.has(status)) throw invalidArgument(`status cannot be set to "${status}"`);
      return saved(context, { ...user, status });
    }),
    'POST /v1/mgmt/user/update/email': endpoint(
      ['loginId', 'identifier', 'email', 'verified', 'failOnConflict'],
      (call) => updateContact(call, 'email'),
    ),
    'POST /v1/mgmt/user/update/phone': endpoint(
      ['loginId', 'identifier', 'phone', 'verified', 'failOnConflict'],
      (call) => updateContact(call, 'phone'),
    ),
    'POST /v1/mgmt/user/delete': endpoint(['loginId', 'identifier', 'userId'], ({ body }) => {
      const id = body.text('userId');
      const user = id === '' ? addressedUser(context, body) : findUser(context, users.live, id);
      users.remove(user.userId);
      return nothing;
    }),
    'POST /v1/mgmt/user/delete/batch': endpoint(['userIds'], ({ body }) => {
      if (body.texts('userIds').length === 0) throw fieldRequired('userIds');
      context.audit.together(() => {
        for (const userId of body.texts('userIds')) users.remove(userId);
      });
      return nothing;
    }),
  };
}
