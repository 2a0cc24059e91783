import type { Shown } from './shown.ts';
import type { Step } from './step.ts';

/** The record as it will be when the steps are done and nothing else changes with them. */
export function afterSteps<Record extends Shown>(record: Record, steps: readonly Step[]): Record {
  return { ...record, ...steps.reduce<Shown>(afterStep, record) };
}

function afterStep(holder: Shown, { operation, tenantId, roleName, appId, consentId }: Step): Shown {
  if (consentId !== undefined) {
    return { ...holder, consents: (holder.consents ?? []).filter(({ id }) => id !== consentId) }; // none is ever added
  }
  if (appId !== undefined) {
    const others = (holder.appIds ?? []).filter((id) => id !== appId);
    return { ...holder, appIds: operation === 'add' ? [...others, appId] : others };
  }
  const { roleNames, userTenants } = holder;
  const changed = (names: readonly string[]): readonly string[] => {
    const others = names.filter((name) => name !== roleName);
    return operation === 'add' && roleName !== undefined ? [...others, roleName] : others;
  };
  if (tenantId === '') {
    return { roleNames: changed(roleNames), userTenants };
  }
  if (operation === 'remove' && roleName === undefined) {
    return { roleNames, userTenants: userTenants.filter((entry) => entry.tenantId !== tenantId) };
  }
  const isMember = userTenants.some((entry) => entry.tenantId === tenantId);
  // Everything else stays as it is and where it is: for some principals the whole list is written.
  const entries = isMember ? userTenants : [...userTenants, { tenantId, roleNames: [] }];
  return {
    roleNames,
    userTenants: entries.map((entry) =>
      entry.tenantId === tenantId ? { tenantId, roleNames: changed(entry.roleNames) } : entry,
    ),
  };
}
