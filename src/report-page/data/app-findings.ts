import type { Analysis } from './analysis.ts';
import { consentsBy, isAppActive, scopesOf, usersOfApp, wideOf } from './apps.ts';
import type { Finding, FindingRow, ThingRef } from './finding.ts';
import { isRead } from './keys.ts';
import { isShut } from './people.ts';
import type { Project } from './project.ts';

/** Findings about applications and consents; none of a kind that was not read: the page says once what was not. */
export function appFindings(project: Project, analysis: Analysis): Finding[] {
  const hasConsents = isRead(project, 'third_party_app');
  return [
    ...(hasConsents
      ? [byDisabled(project), wideConsents(project, analysis), forTenants(project), neverEnding(project)]
      : []),
    ...(hasConsents || isRead(project, 'application') ? [switchedOff(project)] : []),
  ];
}

function appRef(word: string, { id, name }: { readonly id: string; readonly name: string }): ThingRef {
  return { kind: 'app', name, id, marks: [word, id], route: ['apps', id] };
}

/** The consents that pass a test, as rows; `why` says what each is found for. */
function rowsOf(project: Project, test: (consent: number) => boolean, why: (consent: number) => string): FindingRow[] {
  const { consents, thirdParty } = project.apps;
  const refs = thirdParty.map((app) => appRef('third-party app', app));
  const rows: FindingRow[] = [];
  for (let consent = 0; consent < consents.count; consent++) {
    if (test(consent)) {
      const holder = consents.holder[consent] ?? 0;
      rows.push({
        what: refs[consents.app[consent] ?? -1],
        ...(consents.isTenant[consent] === 1 ? { place: holder } : { user: holder }),
        why: why(consent),
      });
    }
  }
  return rows;
}

function scopesInWords(project: Project, consent: number): string {
  const scopes = scopesOf(project, consent);
  return scopes.length === 0 ? 'no scope' : `scopes: ${scopes.join(', ')}`;
}

function wideConsents(project: Project, analysis: Analysis): Finding {
  const wide = wideOf(project, analysis);
  return {
    id: 'consents-wide',
    urgency: 'look',
    title: 'Consents with wide scopes',
    rule:
      'A scope of the consent stands for a privileged role or for an administrative permission, so that an app of ' +
      'others can act with it. Ask whether the app needs it; narrow the scope, or delete the consent.',
    none: 'No consent reaches a privileged role or an administrative permission.',
    columns: ['what', 'user', 'place', 'why'],
    rows: rowsOf(project, (consent) => wide(consent) !== '', wide),
  };
}

function neverEnding(project: Project): Finding {
  const { expiresAt } = project.apps.consents;
  return {
    id: 'consents-forever',
    urgency: 'note',
    title: 'Consents that never expire',
    rule: 'They hold until somebody deletes them, also when the app is forgotten. Let the app ask again from time to time.',
    none: 'Every consent ends some day.',
    columns: ['what', 'user', 'place', 'why'],
    rows: rowsOf(
      project,
      (consent) => expiresAt[consent] === 0,
      (consent) => scopesInWords(project, consent),
    ),
  };
}

function byDisabled(project: Project): Finding {
  const { isTenant, holder } = project.apps.consents;
  return {
    id: 'consents-disabled',
    urgency: 'act',
    title: 'Consents of disabled or expired people',
    rule:
      'They cannot log in, and their consent still stands: the app may go on acting for them with what it was given. ' +
      'Delete the consent.',
    none: 'No disabled or expired person has a consent.',
    columns: ['what', 'user', 'status', 'why'],
    rows: rowsOf(
      project,
      (consent) => isTenant[consent] === 0 && isShut(project, holder[consent] ?? 0),
      (consent) => scopesInWords(project, consent),
    ),
  };
}

function forTenants(project: Project): Finding {
  const { isTenant } = project.apps.consents;
  return {
    id: 'consents-tenant',
    urgency: 'look',
    title: 'Consents for a whole tenant',
    rule: 'One decision lets the app act for everybody of the tenant. Check who took it, and whether it is still wanted.',
    none: 'No consent is for a whole tenant.',
    columns: ['what', 'place', 'why'],
    rows: rowsOf(
      project,
      (consent) => isTenant[consent] === 1,
      (consent) => scopesInWords(project, consent),
    ),
  };
}

function switchedOff(project: Project): Finding {
  const { applications, thirdParty } = project.apps;
  const { byApp } = consentsBy(project);
  const entry = (what: ThingRef, state: string, count: number, noun: string): FindingRow[] =>
    count === 0 ? [] : [{ what, state, why: `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}` }];
  return {
    id: 'apps-off',
    urgency: 'note',
    title: 'Applications that are switched off and still given',
    rule: 'Nobody can use them today. Whoever switches one on again gives all of it back at once: take away what is not needed.',
    none: 'Nothing is given of an application that is switched off.',
    columns: ['what', 'state', 'why'],
    rows: [
      ...applications.flatMap((app, at) =>
        app.isEnabled ? [] : entry(appRef('application', app), 'disabled', usersOfApp(project, at).length, 'user'),
      ),
      ...thirdParty.flatMap((app, at) =>
        isAppActive(app)
          ? []
          : entry(appRef('third-party app', app), app.status, byApp.get(at)?.length ?? 0, 'consent'),
      ),
    ],
  };
}
