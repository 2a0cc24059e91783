import { invalidArgument } from '../api-error.ts';
import { containsText, matchesAny } from '../list-filter.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import type { AuditRecord } from './records.ts';

export const auditSearchFields: readonly string[] = (
  'from to userIds actions excludedActions devices methods geos remoteAddresses externalIds excludedExternalIds tenants ' +
  'noTenants text actorIds size page searchFields oldestFirst loginIdsContain loginIdsNotContain auditTypes levels'
).split(' ');

const month = 30 * 86_400_000;

/** What searches find at a time, in the order in which it was written. */
export function foundAudits(records: readonly AuditRecord[], body: RequestBody, now: number): readonly AuditRecord[] {
  const from = Math.max(body.time('from') ?? 0, now - month);
  const to = body.time('to') ?? 0;
  const until = to > 0 ? to : Number.POSITIVE_INFINITY;
  const matches = toAuditTest(body);
  return records.filter(
    (record) => record.shownAt <= now && record.occurred >= from && record.occurred <= until && matches(record),
  );
}

/** Every filter that is given must hold. */
function toAuditTest(body: RequestBody): (record: AuditRecord) => boolean {
  const excluded = new Set(body.texts('excludedActions'));
  const excludedLogins = new Set(body.texts('excludedExternalIds'));
  const noTenants = body.flag('noTenants') === true;
  const asked = body.texts('tenants');
  const fields = body.objects('searchFields').map((field) => toFieldTest(createRequestBody(field, undefined)));
  return (record) =>
    matchesAny(body, 'userIds', [record.userId]) &&
    matchesAny(body, 'actions', [record.action]) &&
    !excluded.has(record.action) &&
    matchesAny(body, 'devices', [record.device]) &&
    matchesAny(body, 'methods', [record.method]) &&
    matchesAny(body, 'geos', [record.geo]) &&
    matchesAny(body, 'remoteAddresses', [record.remoteAddress]) &&
    matchesAny(body, 'externalIds', record.externalIds) &&
    !record.externalIds.some((id) => excludedLogins.has(id)) &&
    // Events of no tenant come beside those of the tenants asked for, or alone where none are.
    ((noTenants && record.tenants.length === 0) ||
      (asked.length > 0 ? record.tenants.some((id) => asked.includes(id)) : !noTenants)) &&
    matchesAny(body, 'actorIds', [record.actorId]) &&
    matchesAny(body, 'auditTypes', [record.type]) &&
    matchesAny(body, 'levels', [record.type]) &&
    containsText(body, 'text', [record.action, record.userId, record.actorId, ...record.externalIds].join(' ')) &&
    record.externalIds.join(' ').includes(body.text('loginIdsContain')) &&
    (body.text('loginIdsNotContain') === '' ||
      !record.externalIds.some((id) => id.includes(body.text('loginIdsNotContain')))) &&
    fields.every((holds) => holds(record));
}

function toFieldTest(field: RequestBody): (record: AuditRecord) => boolean {
  const name = field.required('field');
  const wanted = field.has('valArr') ? field.texts('valArr') : [field.text('valStr')];
  const negative = field.flag('negative') === true;
  return (record) => {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[name] ?? record.data[name];
    return wanted.includes(String(value)) !== negative;
  };
}

const maxSize = 1000;

/** Pages count from 0; a page without a size has as many records as one may have. */
export function auditPage(body: RequestBody, tooLarge: 'clamp' | 'reject'): { page: number; size: number } {
  const page = body.whole('page') ?? 0;
  const size = body.whole('size') ?? 0;
  if (page < 0 || size < 0) throw invalidArgument('page and size must not be negative');
  if (size > maxSize && tooLarge === 'reject') throw invalidArgument(`size is at most ${maxSize}`);
  return { page, size: size === 0 ? maxSize : Math.min(size, maxSize) };
}
