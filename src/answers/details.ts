import { printable } from './printable.ts';

/** What a grant or a resource says of itself, as the file has it. */
export type Details = Readonly<Record<string, unknown>>;

/** The details of a column of an index. */
export function detailsOf(text: string): Details {
  return text === '' ? {} : (JSON.parse(text) as Details); // we wrote it
}

/** The words of a field, where its own name is not what people would say. */
const labels: Readonly<Record<string, string>> = {
  created: 'since',
  created_at: 'since',
  expires: 'until',
  expires_at: 'expires',
  granted_by: 'granted by',
  bound_user_id: 'bound to',
};

/** Fields that are told before all others, in this order. */
const first = ['scopes', 'roles', 'via', 'tags'];
/** Fields that say who, at which nobody looks first: they are in JSON and CSV. */
const last: ReadonlySet<string> = new Set(['created', 'granted_by']);

export interface DetailsOptions {
  /** Says every field, also one that is empty; else those alone that say what something is good for. */
  readonly isWhole?: boolean;
  /** What an id stands for. */
  readonly nameOf?: (id: string) => string;
}

/** "scopes invoices, orders; until 2027-01-01". */
export function detailsInWords(details: Details, { isWhole = false, nameOf }: DetailsOptions = {}): string {
  const place = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
  return Object.entries(details)
    .filter(([key, value]) => isWhole || nameOf !== undefined || (!last.has(key) && textOf(value) !== ''))
    .filter(([, value]) => isWhole || textOf(value) !== '')
    .toSorted(([one], [other]) => place(one) - place(other) || Number(last.has(one)) - Number(last.has(other)))
    .map(([key, value]) => `${labels[key] ?? key.replaceAll('_', ' ')} ${textOf(value, nameOf) || 'none'}`)
    .join('; ');
}

/** Fields of a resource's profile that stand elsewhere, or say nothing of what it can do. */
const toldElsewhere: ReadonlySet<string> = new Set([
  'key_id',
  'app_id',
  'descoper_id',
  'project_id',
  'name',
  'description',
  'email',
  'login_ids',
  'status',
  'enabled',
  'expires_at',
  'created_by',
  'editable',
]);

/** What a profile says besides: "permitted ips 192.0.2.0/24; ignored roles Viewer". */
export function profileInWords(profile: string): string {
  const fields = Object.entries(detailsOf(profile));
  return detailsInWords(
    Object.fromEntries(fields.filter(([key, value]) => !toldElsewhere.has(key) && value !== false && value !== 0)),
  );
}

/** A value as people read it: times to the day, lists with commas, scopes with what they allow. */
export function textOf(value: unknown, nameOf: (id: string) => string = (id) => id): string {
  if (Array.isArray(value)) {
    return value.map((item) => textOf(item, nameOf)).join(', ');
  }
  switch (typeof value) {
    case 'string':
      return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? value.slice(0, 10) : printable(nameOf(value));
    case 'boolean':
      return value ? 'yes' : 'no';
    case 'number':
      return value.toLocaleString('en');
    case 'object':
      return value === null ? '' : scopeInWords(value as Details, nameOf); // no array, as told above
    default:
      return '';
  }
}

/** "invoices (Auditor)", or all fields of what is no scope. */
function scopeInWords(value: Details, nameOf: (id: string) => string): string {
  const { name, values, ...others } = value;
  if (typeof name !== 'string' || !Array.isArray(values)) {
    return Object.entries(value)
      .map(([key, item]) => `${key} ${textOf(item, nameOf)}`)
      .join(' ');
  }
  const optional = others['optional'] === true ? ', optional' : '';
  const allowed = `${values.map((item) => textOf(item, nameOf)).join(', ')}${optional}`;
  return allowed === '' ? printable(name) : `${printable(name)} (${allowed})`;
}
