import { create } from '@bufbuild/protobuf';
import { SecurityInsightTraitSchema } from '../gen/c1/connector/v2/annotation_security_insight_pb.ts';
import { annotate } from './annotations.ts';
import { checkId, type ResourceRef } from './ids.ts';
import type { Any } from './messages.ts';
import { toResourceId } from './resource-message.ts';

/** What an insight is about, in the ways in which a platform finds it. */
export type InsightTarget =
  | { readonly kind: 'account'; readonly email: string; readonly id: string }
  | ({ readonly kind: 'resource' } & ResourceRef)
  /** Something that no resource of the sync stands for, by its id elsewhere. */
  | { readonly kind: 'external'; readonly id: string; readonly hint: string };

/**
 * Something that is wrong, how bad it is, and with what. When it was seen is not said: the row would be another one in
 * each sync, though nothing has changed.
 */
export function insightTrait(issue: { readonly value: string; readonly severity: string }, target: InsightTarget): Any {
  const trait = create(SecurityInsightTraitSchema, {
    insightType: { case: 'issue', value: issue },
    target:
      target.kind === 'account'
        ? { case: 'appUser', value: { email: target.email, externalId: checkId(target.id) } }
        : target.kind === 'resource'
          ? { case: 'resourceId', value: toResourceId(target) }
          : { case: 'externalResource', value: { externalId: checkId(target.id), appHint: target.hint } },
  });
  return annotate(SecurityInsightTraitSchema, trait);
}

const longestAddress = 254;
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const address = new RegExp(`^(?=.{1,64}@)${atom}(?:\\.${atom})*@${label}(?:\\.${label})*$`);

/** Whether the protocol takes a text as the address of an account: it refuses a message with one that it does not. */
export function isAccountAddress(text: string): boolean {
  return text.length <= longestAddress && address.test(text);
}
