import { invalidArgument } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import type { FamilyHost } from '../family.ts';
import { hash, hashText } from '../random.ts';
import type { AuditLog } from './log.ts';
import { toWireAudit } from './records.ts';
import type { AuditRecord } from './records.ts';
import { auditPage, auditSearchFields, foundAudits } from './search.ts';
import type { AuditSwitches } from './switches.ts';

const eventFields = ['action', 'type', 'actorId', 'tenantId', 'userId', 'data'];
const eventTypes = ['info', 'warn', 'error'];

/** Searching the audit log, and writing an event of one's own into it. */
export function auditEndpoints(log: AuditLog, host: FamilyHost, switches: AuditSwitches): Endpoints {
  let asked = 0;
  const ordered = (found: readonly AuditRecord[], oldestFirst: boolean): readonly AuditRecord[] => {
    const byTime = found.toSorted((a, b) => a.occurred - b.occurred);
    if (switches.auditOrder === 'as-asked') return oldestFirst ? byTime : byTime.toReversed();
    const place = (id: string): number => hash(host.seed, hashText(asked, id), asked);
    return byTime.toSorted((a, b) => place(a.id) - place(b.id));
  };

  /** Newest first, as many of each user as the switch says. */
  const historyOf = (userIds: readonly string[]): readonly object[] =>
    userIds.flatMap((userId) =>
      log
        .all()
        .filter((record) => record.action === 'LoginSucceed' && record.userId === userId)
        .toSorted((a, b) => b.occurred - a.occurred)
        .slice(0, switches.historyRows)
        .map(({ occurred, remoteAddress, geo, tenants }) => ({
          userId,
          loginTime: Math.floor(occurred / 1000),
          city: '',
          country: geo,
          ip: remoteAddress,
          selectedTenant: tenants[0] ?? '',
        })),
    );

  return {
    'POST /v1/mgmt/audit/search': endpoint(auditSearchFields, ({ body }) => {
      asked += 1;
      const { page, size } = auditPage(body, switches.auditOverMaxSize);
      const found = ordered(foundAudits(log.all(), body, host.now()), body.flag('oldestFirst') === true);
      const at = switches.auditPages === 'exact' ? page : 0;
      const shown = found.slice(at * size, (at + 1) * size);
      return {
        json: {
          audits: shown.map((record) => toWireAudit(record, host.projectId)),
          ...totalOf(found.length, shown.length, switches),
        },
      };
    }),
    'POST /v2/mgmt/user/history': endpoint(['userIds'], ({ body }) => ({
      json: { usersAuthHistory: historyOf(body.texts('userIds')) },
    })),
    'POST /v1/mgmt/audit/event': endpoint(eventFields, ({ body }) => {
      const action = body.required('action');
      const type = body.required('type');
      if (!eventTypes.includes(type)) throw invalidArgument(`type is one of ${eventTypes.join(', ')}`);
      const actorId = body.required('actorId');
      const tenants = [body.required('tenantId')];
      log.append({ action, type, actorId, tenants, userId: body.text('userId'), data: body.object('data') });
      return nothing;
    }),
  };
}

function totalOf(found: number, shown: number, switches: AuditSwitches): { readonly total?: number } {
  switch (switches.auditTotal) {
    case 'exact':
      return { total: found };
    case 'capped':
      return { total: Math.min(found, switches.auditTotalCap) };
    case 'page-length':
      return { total: shown };
    default:
      return {};
  }
}
