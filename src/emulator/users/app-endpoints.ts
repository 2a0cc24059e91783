import { fieldRequired } from '../api-error.ts';
import type { FederatedApps } from '../apps/federated-apps.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserContext } from './context.ts';
import { addressedUser, checkRepeat, saved } from './role-endpoints.ts';

// Go spells it with capitals on some calls.
const fields = ['loginId', 'identifier', 'ssoAppIds', 'ssoAppIDs'];

const asked = (body: RequestBody): readonly string[] => [
  ...new Set([...body.texts('ssoAppIds'), ...body.texts('ssoAppIDs')]),
];

/**
 * The federated apps that a user names. Whoever names none reaches all or none, as the project decides: removing the
 * last one is answered like any other, and may widen access.
 */
export function userAppEndpoints(context: UserContext, apps: FederatedApps): Endpoints {
  const existing = (ids: readonly string[]): readonly string[] => ids.map((id) => apps.find(id).id);
  const someOf = (body: RequestBody): readonly string[] => {
    const ids = asked(body);
    if (ids.length === 0) throw fieldRequired('ssoAppIds');
    return ids;
  };

  return {
    'POST /v1/mgmt/user/update/ssoapp/add': endpoint(fields, ({ body }) => {
      const user = addressedUser(context, body);
      const wanted = existing(someOf(body));
      if (wanted.some((id) => user.ssoAppIds.includes(id))) checkRepeat(context);
      const ssoAppIds = [...new Set([...user.ssoAppIds, ...wanted])];
      return saved(context, { ...user, ssoAppIds });
    }),
    'POST /v1/mgmt/user/update/ssoapp/remove': endpoint(fields, ({ body }) => {
      const user = addressedUser(context, body);
      const gone = someOf(body);
      if (gone.some((id) => !user.ssoAppIds.includes(id))) checkRepeat(context);
      return saved(context, { ...user, ssoAppIds: user.ssoAppIds.filter((id) => !gone.includes(id)) });
    }),
    'POST /v1/mgmt/user/update/ssoapp/set': endpoint(fields, ({ body }) => {
      const user = addressedUser(context, body);
      return saved(context, { ...user, ssoAppIds: existing(asked(body)) });
    }),
  };
}
