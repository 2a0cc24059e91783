import { listedApplications } from '../access/app-lists.ts';
import type { ApplicationDefault } from '../access/application-default.ts';
import type { Catalog } from '../access/catalog.ts';
import { holds } from '../access/holding.ts';
import { nameOf } from '../access/names.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { printable, quoted } from '../printable.ts';
import { appsMeantBy } from './named-app.ts';
import type { Planner, Progress } from './plan.ts';
import { described, type PrincipalRecord } from './principal.ts';
import type { Asked, ProvisionedType } from './provisioned-type.ts';
import { checkCouldExist } from './revoke.ts';
import { isSameStep, type Step } from './step.ts';

/**
 * An application that a user is given by name. Who is given none has what the project gives by default, which may be
 * all: so the first one by name can take the others away, and taking the last one can open all of them. Neither is done
 * unless the default is said to be none.
 */
export const provisionedApplication: ProvisionedType = {
  typeId: 'application',
  idExample: 'SA2abc',
  parseId: (resourceId) => ({ tenantId: '', roleName: undefined, appId: resourceId }),
  entitlements: [
    {
      slug: 'access',
      gives: 'application',
      lists: [listedApplications],
      planGrant: planGrantOfApplication,
      planRevoke: planRevokeOfApplication,
    },
  ],
};

const give = (appId: string): Step => ({ operation: 'add', tenantId: '', roleName: undefined, appId });
const take = (appId: string): Step => ({ operation: 'remove', tenantId: '', roleName: undefined, appId });

const namesNone = ({ appIds = [] }: PrincipalRecord): boolean => appIds.length === 0;

function planGrantOfApplication({ target, subject, applicationDefault }: Asked): Planner {
  const appId = target.resourceId;
  return ({ catalog, record }, { mayBeOurs, effected }) => {
    if (record === undefined) {
      throw new ConnectorError('not-found', `there is no ${described(subject)} in the project`);
    }
    if (catalog.row(listedApplications, appId) === undefined) {
      throw noSuchApplication(target, catalog);
    }
    if (holds(record, target)) {
      return { kind: 'settled', isOurs: mayBeOurs || effected.length > 0 };
    }
    if (namesNone(record) && applicationDefault !== 'none') {
      const who = described(subject);
      throw new ConnectorError(
        'refused',
        applicationDefault === 'all'
          ? `${who} was given no application by name, and so reaches all of them: a first one by name would take the ` +
              'others away. Give the user every application that is to stay, in the Descope console'
          : `${who} was given no application by name, and so may reach all of them, which no call of Descope's ` +
              'tells: a first one by name would take the others away. Where such users reach none, say ' +
              '--application-default none; else give the user every application that is to stay, in the Descope console',
      );
    }
    return { kind: 'due', steps: [give(appId)] };
  };
}

/**
 * Takes an application from a user who was given others besides. Where somebody takes those at the same time, none is
 * left: then the application is given back, as if it had been asked for last.
 */
function planRevokeOfApplication({ target, subject, applicationDefault }: Asked): Planner {
  const appId = target.resourceId;
  const opensAll = (record: PrincipalRecord): boolean => namesNone(record) && applicationDefault !== 'none';

  return ({ catalog, record }, progress) => {
    if (record === undefined) {
      checkCouldExist(subject, progress);
      return { kind: 'settled', isOurs: false };
    }
    if (holds(record, target)) {
      const name = printable(nameOf(catalog, target));
      if (isSent(progress, give(appId))) {
        throw new ConnectorError(
          'inconsistent',
          `somebody else took the other applications from ${described(subject)} at the same time, and without any ` +
            `the user ${reaches(applicationDefault)}: ${name} was taken and given back`,
          { sent: progress.sent.length },
        );
      }
      if (record.appIds?.length === 1 && applicationDefault !== 'none') {
        throw new ConnectorError(
          'refused',
          `${name} is the last application that ${described(subject)} was given by name, and without any the user ` +
            `${reaches(applicationDefault)}: ${remedyOf(applicationDefault)}`,
        );
      }
      return { kind: 'due', steps: [take(appId)] };
    }
    const isOurs = progress.mayBeOurs || progress.effected.length > 0;
    return isOurs && opensAll(record) ? { kind: 'due', steps: [give(appId)] } : { kind: 'settled', isOurs };
  };
}

const isSent = ({ sent }: Progress, wanted: Step): boolean => sent.some(({ step }) => isSameStep(step, wanted));

function reaches(applicationDefault: ApplicationDefault): string {
  return applicationDefault === 'all'
    ? 'reaches all of them'
    : "may reach all of them, which no call of Descope's tells";
}

/** How to go on where the last application is not taken. */
function remedyOf(applicationDefault: ApplicationDefault): string {
  return applicationDefault === 'all'
    ? 'let the project give none by default and say --application-default none, or disable the user'
    : 'where such users reach none, say --application-default none';
}

/**
 * An error of a revoke that left the user without any application: it must not be overlooked that this may open all of
 * them.
 */
export function withAllOpen(
  thrown: unknown,
  { target: { appId }, subject, applicationDefault }: Asked,
  progress: Progress,
): unknown {
  const shown = progress.seen.at(-1)?.record;
  const hasTaken = appId !== undefined && isSent(progress, take(appId));
  if (!hasTaken || shown === undefined || !namesNone(shown) || applicationDefault === 'none') {
    return thrown;
  }
  return thrown instanceof ConnectorError
    ? new ConnectorError(
        thrown.kind,
        `${described(subject)} has no application by name any more, because somebody else took the others at the ` +
          `same time, and ${reaches(applicationDefault)}; giving ${printable(appId)} back failed: ${thrown.message}`,
        thrown.facts,
      )
    : thrown;
}

function noSuchApplication({ resourceId }: Target, catalog: Catalog): ConnectorError {
  return new ConnectorError(
    'not-found',
    `there is no application with the id ${quoted(resourceId)} in the project${appsMeantBy(resourceId, catalog.rows(listedApplications))}`,
  );
}
