import { EntitlementsService } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { entitlementOf } from '../model/builders.ts';
import { checkListRequest, requiredResourceId, requiredText } from '../model/requests.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseToken } from './listing.ts';
import { syncerOf } from './types.ts';

/** EntitlementsService: the template of a type, and, for clients that ask for them, the entitlement of one resource. */
export function entitlementsService(): AnsweredService {
  return answering(EntitlementsService, {
    listStaticEntitlements: (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { entitled } = syncerOf(requiredText(request.resourceTypeId, 'resource_type_id'));
      return { list: entitled === undefined ? [] : [entitled.template] };
    },

    listEntitlements: (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const { entitled } = syncerOf(resourceType);
      if (entitled === undefined) {
        return { list: [] };
      }
      const { displayName = '', parentResourceId } = request.resource ?? {};
      const holder = { typeId: entitled.typeId, id, displayName, parentTenantId: parentResourceId?.resource ?? '' };
      return { list: [entitlementOf(holder, entitled.template)] };
    },
  });
}
