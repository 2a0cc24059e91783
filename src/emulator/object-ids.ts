import type { GeneralSwitches } from './general-switches.ts';

/** Older backends send no id with roles and permissions. Moves the id to the end, where the service has it. */
export function withoutId(
  { id, ...fields }: { readonly id: string },
  switches: GeneralSwitches,
): Record<string, unknown> {
  return switches.objectIds === 'present' ? { ...fields, id } : fields;
}
