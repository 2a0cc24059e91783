import { ResourceTypesService } from '../gen/c1/connector/v2/resource_pb.ts';
import { checkListRequest } from '../model/requests.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseToken } from './listing.ts';
import type { TypeSet } from '../resources/type-set.ts';

/** ResourceTypesService: the types, in the order in which they are to be walked. */
export function resourceTypesService({ types }: { readonly types: TypeSet }): AnsweredService {
  return answering(ResourceTypesService, {
    listResourceTypes: (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      return { list: types.messages };
    },
  });
}
