// Where access counts. The answers count with these rules in SQL's rows, and the report's page in its arrays; the page
// is bundled for the browser and imports this file, so nothing of Node may be needed here.

/** How a person comes by access in a tenant that they may not belong to: the words of every list. */
export const throughProject = 'through the whole project';

/**
 * Whether what is held at a place counts in a tenant. What is held in the whole project counts in every tenant; what is
 * held inside a tenant, or is defined by it, counts there alone. `undefined` is the whole project as a place, and
 * anywhere as a tenant that is asked for.
 */
export function countsIn<Tenant>(place: Tenant | undefined, tenant: Tenant | undefined): boolean {
  return place === undefined || tenant === undefined || place === tenant;
}
