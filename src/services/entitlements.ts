import { EntitlementsService } from '../gen/c1/connector/v2/entitlement_pb.ts';
import { entitlementOf } from '../model/entitlement-message.ts';
import { checkListRequest, requiredResourceId, requiredText } from '../model/requests.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseToken } from './listing.ts';
import type { TypeSet } from '../resources/type-set.ts';

/**
 * EntitlementsService: the templates of a type, and, for clients that ask for them, the entitlements of one resource.
 */
export function entitlementsService({ types }: { readonly types: TypeSet }): AnsweredService {
  return answering(EntitlementsService, {
    listStaticEntitlements: (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { entitlements } = types.of(requiredText(request.resourceTypeId, 'resource_type_id'));
      return { list: entitlements.map((one) => types.template(one)) };
    },

    listEntitlements: (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const { entitlements } = types.of(resourceType);
      const { displayName = '', parentResourceId } = request.resource ?? {};
      const parent = parentResourceId && { typeId: parentResourceId.resourceType, id: parentResourceId.resource };
      const resource = { typeId: resourceType, id, displayName, parent };
      return { list: entitlements.map((one) => entitlementOf(resource, types.template(one))) };
    },
  });
}
