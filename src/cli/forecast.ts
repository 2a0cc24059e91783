import { printable } from '../printable.ts';
import type { GrantForecast } from '../connector.ts';
import type { Logger } from '../log.ts';

/** From this many rows on, which come from a multiplication, the user is warned: they are half a gigabyte of a file. */
const many = 1_000_000;
/** What a conferring grant takes in a .json file. */
const bytesOfGrant = 550;

const told = (count: number): string => count.toLocaleString('en');

/** What a person should know before a sync makes very many rows, a line each; none as a rule. */
export function forecastLines(forecast: GrantForecast): readonly string[] {
  const { conferring, most, bindings, tenants, projectRoles } = forecast;
  const lines: string[] = [];
  if (bindings >= many && tenants * projectRoles === bindings) {
    lines.push(
      `note: ${told(bindings)} roles in tenants are listed, ${told(tenants)} tenants x ${told(projectRoles)} project ` +
        'roles, with an entitlement each; --tenant-roles observed lists only those that somebody holds',
    );
  }
  if (conferring >= many && most !== undefined) {
    lines.push(
      `note: ${told(conferring)} grants say which role confers which permission, about ` +
        `${((conferring * bytesOfGrant) / 1e9).toFixed(1)} GB in .json; ${told(most.grants)} of them come ` +
        `from the role "${printable(most.roleName)}": ` +
        `${told(most.permissions)} permissions, held inside ${told(most.tenants)} tenants, a grant for each. ` +
        'Fewer permissions in that role, or fewer tenants in which it is held, would reduce them',
    );
  }
  return lines;
}

/** The same for a log, which holds no names. */
export function logForecast(logger: Logger): (forecast: GrantForecast) => void {
  return ({ conferring, most, bindings, tenants, projectRoles }) => {
    if (conferring >= many && most !== undefined) {
      logger.warn('very many grants of permissions', {
        grants: conferring,
        note:
          `one project role has ${told(most.permissions)} permissions and is held inside ${told(most.tenants)} tenants: a ` +
          'grant for each',
      });
    }
    if (bindings >= many && tenants * projectRoles === bindings) {
      logger.warn('very many roles in tenants', {
        resources: bindings,
        note:
          `${told(tenants)} tenants x ${told(projectRoles)} project roles; --tenant-roles observed lists only those that ` +
          'somebody holds',
      });
    }
  };
}
