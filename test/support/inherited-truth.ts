/**
 * What tenants inherit, computed once more and straight from the access model's words, without a line of src. Slow and
 * plain on purpose: each reading is asked about each pair anew.
 */
export interface TenantRow {
  readonly id: string;
  readonly parent: string;
  readonly roleInheritance?: string;
  readonly disabled?: boolean;
}

export interface PairTruth {
  readonly tenantId: string;
  readonly ancestor: string;
  readonly membership: string;
  readonly roles: string;
  readonly keys: boolean;
}

/** Every pair between which something flows; `membership` and `roles` are the reasons to doubt it, '' for none. */
export function pairsIn(tenants: readonly TenantRow[], mode: string): readonly PairTruth[] {
  const row = (id: string): TenantRow | undefined => tenants.find((tenant) => tenant.id === id);
  const wayUp = (id: string): TenantRow[] => {
    const way: TenantRow[] = [];
    for (let at = row(id); at !== undefined && way.length <= tenants.length; at = row(at.parent)) {
      way.push(at);
    }
    return way;
  };
  const isLooped = (id: string): boolean =>
    wayUp(id)
      .slice(1)
      .some((above) => above.id === id);
  const lineOf = (id: string): TenantRow[] => {
    const line = wayUp(id);
    const loop = line.findIndex((above) => isLooped(above.id));
    return loop === -1 ? line : line.slice(0, loop + 1);
  };
  const readings = mode === 'auto' ? ['parent', 'child'] : mode === 'none' ? [] : [mode];
  return tenants.flatMap(({ id }) => {
    const line = lineOf(id);
    return line.slice(1).flatMap((ancestor, place): PairTruth[] => {
      const between = line.slice(0, place + 2);
      const governing = (reading: string): string[] =>
        (reading === 'parent' ? between.slice(1) : between.slice(0, -1)).map((one) => one.roleInheritance ?? '');
      const open = readings.filter((reading) => !governing(reading).includes('none'));
      if (open.length === 0) {
        return [];
      }
      const values = open.flatMap(governing);
      const reasons = (isForRoles: boolean): string =>
        [
          open.length < readings.length ? `${open[0]}-governs` : '',
          isForRoles && values.includes('userOnly') ? 'user-only' : '',
          between.some((one) => one.disabled === true) ? 'tenant-disabled' : '',
          values.some((value) => !['', 'userOnly'].includes(value)) ? 'unknown-value' : '',
        ]
          .filter((reason) => reason !== '')
          .join(',');
      return [
        {
          tenantId: id,
          ancestor: ancestor.id,
          membership: reasons(false),
          roles: reasons(true),
          keys: open.some((reading) => !governing(reading).includes('userOnly')),
        },
      ];
    });
  });
}
