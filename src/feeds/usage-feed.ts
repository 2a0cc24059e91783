import type { AuditRecord } from '../descope/audit/audit.ts';
import type { ResourceRef } from '../model/ids.ts';
import { textIn } from './data.ts';
import { type Feed, feedIds } from './feed.ts';

const action = 'LoginSucceed';
/** No page of Descope's says how a login names the application that it was for. These are how its API spells it. */
const appFields = ['ssoAppId', 'sso_app_id', 'federatedAppId', 'federated_app_id', 'appId', 'app_id'];

/** Who signed in, and to what: an application where the record names one, else the project. */
export const usageFeed: Feed = {
  id: feedIds.usage,
  kinds: ['usage'],
  isOldestFirst: false,
  filter: { actions: [action] },
  wants: (record) => record.action === action,
  toEvents: async (record, { projectId, onNamelessLogin }) => {
    const { id, occurredMs, userId } = record;
    if (userId === '') {
      onNamelessLogin();
      return [];
    }
    return [
      { kind: 'usage', id, occurredMs, target: targetOf(record, projectId), actor: { typeId: 'user', id: userId } },
    ];
  },
};

function targetOf({ data }: AuditRecord, projectId: string): ResourceRef {
  const appId = appFields.map((field) => textIn(data, field)).find((id) => id !== '');
  return appId === undefined ? { typeId: 'project', id: projectId } : { typeId: 'application', id: appId };
}
