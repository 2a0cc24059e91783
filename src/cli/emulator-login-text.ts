import type { GivenRole, SignIn } from '../emulator/emulator.ts';
import { printable } from '../printable.ts';
import { columns } from './text.ts';

/** What a login changed, a line each; and what it might have been expected to give, and did not. */
export function loginTold(signIn: SignIn): string {
  const { user, tenant, ssoId, groups } = signIn;
  const name = user.name === '' ? user.loginId : `${user.name} (${user.loginId})`;
  const rows = [
    ...(signIn.created ? [['created', `user ${user.userId}`]] : []),
    ...(signIn.enabled && !signIn.created ? [['enabled', 'the user, who was invited']] : []),
    ...(signIn.joined ? [['joined', tenant.id]] : []),
    ...signIn.gained.map((given) => ['gained', `${given.role} in ${tenant.id}, ${through(given, signIn)}`]),
    ...signIn.lost.map((role) => ['lost', `${role} in ${tenant.id}, replaced by the roles of the login`]),
    ...signIn.kept.map((given) => ['kept', `${given.role} in ${tenant.id}, ${through(given, signIn)}`]),
    ...signIn.gone.map((given) => ['nothing', `${through(given, signIn)}: ${roleThatIsGone(given)}`]),
    ...signIn.unmappedGroups.map((group) => ['nothing', `group ${group}: no mapping names it`]),
    ...signIn.ignoredGroups.map((group) => ['nothing', `group ${group}: logins change no groups in ${tenant.id}`]),
    ...groups.joined.map((group) => ['now in', `group ${group}`]),
    ...groups.left.map((group) => ['no longer in', `group ${group}`]),
  ];
  const head = `${name} signed in to ${tenant.name} through ${ssoId}.`;
  const changed = signIn.created || signIn.enabled || signIn.joined || signIn.gained.length + signIn.lost.length > 0;
  return [
    printable(head),
    ...(rows.length === 0
      ? []
      : [
          columns(
            rows.map((row) => row.map((text) => printable(text))),
            '  ',
          ),
        ]),
    ...(changed ? [] : ['The login changed no access.']),
  ].join('\n');
}

function through({ via, groups }: GivenRole, { ssoId, tenant }: SignIn): string {
  switch (via) {
    case 'group_mapping':
      return `mapping of ${groups.length === 1 ? 'group' : 'groups'} ${groups.join(', ')}`;
    case 'default_sso_role':
      return `default role of ${ssoId}`;
    default:
      return `default role of ${tenant.id}`;
  }
}

const roleThatIsGone = ({ role }: GivenRole): string =>
  role === '' ? 'its role is gone' : `no role is called ${role}`;
