import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { thingFlags, userFlags } from '../../answers/report-format.ts';
import { useReport } from '../context.ts';
import type { Level } from '../../answers/power.ts';
import { marksOf, roleInWords, tenantInWords } from '../data/people.ts';
import { pieces } from '../data/text.ts';
import { toHash } from '../route.ts';

/** Any text that was read: isolated from the direction of its surroundings, nothing in it invisible. */
export function Name({ text }: { readonly text: string }) {
  return (
    <bdi>
      {pieces(text).map(({ text: piece, hidden }) =>
        hidden === undefined ? (
          piece
        ) : (
          <span class="hidden-character" title="a character that would not be seen">
            {hidden}
          </span>
        ),
      )}
    </bdi>
  );
}

/** True inside a grid: there the row takes the focus, and its links do not, so that the grid is one stop for Tab. */
export const InGrid = createContext(false);

function Link({
  href,
  children,
  former = false,
}: {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly former?: boolean;
}) {
  return (
    <a href={href} class={former ? 'thing former' : 'thing'} tabIndex={useContext(InGrid) ? -1 : undefined}>
      {children}
    </a>
  );
}

/** A person: the name, which others may share, and beneath it what tells them apart, login and user id. */
export function UserName({ user }: { readonly user: number }) {
  const { project } = useReport();
  const { users } = project;
  return (
    <span class="person-name">
      <Link href={toHash('people', users.id.at(user))} former={user >= users.current}>
        <Name text={users.name.at(user)} />
      </Link>
      <span class="person-marks">
        {marksOf(project, user).map((mark) => (
          <span key={mark}>
            <Name text={mark} />
          </span>
        ))}
      </span>
    </span>
  );
}

export function RoleName({ role }: { readonly role: number }) {
  const { project } = useReport();
  const found = project.roles[role];
  return found === undefined ? null : (
    <Link href={toHash('roles', found.id)} former={(found.flags & thingFlags.former) !== 0}>
      <Name text={roleInWords(project, role)} />
    </Link>
  );
}

export function PermissionName({ permission }: { readonly permission: number }) {
  const found = useReport().project.permissions[permission];
  return found === undefined ? null : (
    <Link href={toHash('permissions', found.name)} former={(found.flags & thingFlags.former) !== 0}>
      <Name text={found.name} />
    </Link>
  );
}

export const wholeProject = 'Whole project';

/** The tenant in which something counts, with its id where others bear its name; -1 is the whole project. */
export function PlaceName({ place }: { readonly place: number }) {
  const { project } = useReport();
  const found = project.tenants[place];
  return found === undefined ? (
    <span class="whole">{wholeProject}</span>
  ) : (
    <Link href={toHash('tenants', found.id)} former={(found.flags & thingFlags.former) !== 0}>
      <Name text={tenantInWords(project, place)} />
    </Link>
  );
}

/** A thing that is no person, as people are shown: its name, and beneath it what tells it apart. */
export function ThingName({
  name,
  marks,
  href,
}: {
  readonly name: string;
  readonly marks: readonly string[];
  readonly href: string;
}) {
  return (
    <span class="person-name">
      <Link href={href}>
        <Name text={name} />
      </Link>
      <span class="person-marks">
        {marks.map((mark) => (
          <span key={mark}>
            <Name text={mark} />
          </span>
        ))}
      </span>
    </span>
  );
}

type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const statusTones: Readonly<Record<string, Tone>> = {
  enabled: 'good',
  invited: 'info',
  disabled: 'quiet',
  expired: 'warn',
};

export function Status({ user }: { readonly user: number }) {
  const { users, statuses } = useReport().project;
  if (((users.flags[user] ?? 0) & userFlags.former) !== 0) {
    return <Badge tone="bad">gone</Badge>;
  }
  const word = statuses[users.status[user] ?? 0] ?? '';
  return (
    <Badge tone={Object.hasOwn(statusTones, word) ? (statusTones[word] ?? 'quiet') : 'quiet'}>
      <Name text={word === '' ? 'unknown' : word} />
    </Badge>
  );
}

const wordTones: Readonly<Record<string, Tone>> = {
  active: 'good',
  enabled: 'good',
  invited: 'info',
  inactive: 'warn',
  expired: 'warn',
};

/** The status of a key, an application or an administrator, in Descope's word. */
export function WordStatus({ word }: { readonly word: string }) {
  return (
    <Badge tone={Object.hasOwn(wordTones, word) ? (wordTones[word] ?? 'quiet') : 'quiet'}>
      <Name text={word === '' ? 'unknown' : word} />
    </Badge>
  );
}

const levelTones: Readonly<Record<Level, Tone>> = {
  administrative: 'bad',
  sensitive: 'warn',
  ordinary: 'info',
  reading: 'quiet',
};

export function LevelBadge({ level }: { readonly level: Level }) {
  return <Badge tone={levelTones[level]}>{level}</Badge>;
}
