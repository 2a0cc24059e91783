import { type InsightTarget, insightTrait, isAccountAddress } from '../model/insight.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { fitText, maxDisplayNameBytes } from '../model/text.ts';
import type { ResourceType } from './resource-type.ts';
import { afterKey, emptyPage, fillPage } from './sync/paging.ts';
import type { FindingRow, FindingRows } from './sync/judging.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** By what a platform may know the product that a project is of. */
const appHint = 'Descope';

/** A finding tells ids and the words of its rule: whoever it is about is shown by the resource that it points at. */
function toFinding(finding: FindingRow, session: SyncSession): ResourceRow {
  const { cuts } = session;
  const { id, rule, title, severity, subject, where, fix, controls } = finding;
  const detail = fitText(finding.detail, maxDisplayNameBytes, cuts);
  const profile = {
    rule,
    severity,
    title,
    detail,
    fix,
    controls: [...controls],
    subject_type: subject.type,
    subject_id: subject.id.toWellFormed(),
    tenant_id: where?.tenantId.toWellFormed() ?? '',
  };
  const name = subject.name === '' ? subject.id : subject.name;
  const parts = {
    id,
    displayName: `${title}: ${name}${where === undefined ? '' : ` in ${where.tenant}`}`,
    description: `${name} ${detail}. ${fix}`,
    profile,
  };
  return resourceRow(
    toResource('finding', parts, [insightTrait({ value: title, severity }, targetOf(finding, session))], cuts),
  );
}

/** A user by address and id; else the resource; else the project, which a sync lists with the console only. */
function targetOf({ subject, email, resource }: FindingRow, { types, project }: SyncSession): InsightTarget {
  if (isAccountAddress(email)) {
    return { kind: 'account', email, id: subject.id };
  }
  if (resource !== undefined) {
    return { kind: 'resource', ...resource };
  }
  return types.typeIds.has('project')
    ? { kind: 'resource', typeId: 'project', id: project.projectId }
    : { kind: 'external', id: project.projectId, hint: appHint };
}

async function findingsOf({ judging }: SyncSession, signal?: AbortSignal): Promise<FindingRows> {
  if (judging === undefined) {
    throw new Error('findings are listed by a connector that was given nothing to judge by');
  }
  return await judging.findings(signal);
}

export const findingType: ResourceType = {
  words: {
    id: 'finding',
    displayName: 'Finding',
    plural: 'Findings',
    description: 'Something about access that a rule of this connector finds wrong; gone when it is mended.',
    traits: ['securityInsight'],
    skips: 'entitlements and grants',
  },
  isOptIn: true,
  reads: [],
  lists: [],
  parentTypeIds: [],
  entitlements: [],
  list: async (session, { cursor, limit, signal, parent }) => {
    if (parent !== undefined) {
      return emptyPage();
    }
    const findings = (await findingsOf(session, signal)).after(afterKey(cursor), limit + 1);
    return fillPage(
      findings.map((finding) => [toFinding(finding, session), { a: finding.id }] as const),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const finding = (await findingsOf(session, signal)).get(id);
    return finding && toFinding(finding, session);
  },
};
