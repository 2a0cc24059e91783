import { lstatSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** What is looked at of one file, folder or link. */
interface Entry {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  isSymbolicLink(): boolean;
}

/** The file system and the users as they are seen here; tests put others in. */
export interface TrustView {
  readonly uid: number | undefined;
  lstat(path: string): Entry;
  readlink(path: string): string;
  realpath(path: string): string;
  /** True when nobody but us and root belongs to the group. */
  isOwnGroup(gid: number): boolean;
}

/** A link may lead to a link; more of them than this is a circle. */
const mostLinks = 40;

/**
 * Who else could change what stands at a path, as half a sentence ("/tmp can be changed by every user"); undefined when
 * only we and root can. Looks at the file, at every folder above it, and at every link on the way and what it leads to.
 * A sticky folder such as /tmp counts as open: anybody can put a file into it. `base` is a folder that is itself named
 * by the user: what is above it is not looked at.
 */
export function whoElseCanChange(path: string, base = '/', view: TrustView = realView): string | undefined {
  const { uid } = view;
  if (uid === undefined) {
    return undefined; // a system without owners and modes
  }
  let here = view.realpath(base);
  let rest = relative(base, path).split(sep);
  let links = 0;
  let problem = flawOf(here, view.lstat(here), uid, view);
  while (problem === undefined && rest.length > 0) {
    const [name = '', ...further] = rest;
    rest = further;
    if (name === '' || name === '.') {
      continue;
    }
    if (name === '..') {
      here = dirname(here);
      problem = flawOf(here, view.lstat(here), uid, view); // it may lie above the base
      continue;
    }
    const next = join(here, name);
    const entry = view.lstat(next);
    problem = flawOf(next, entry, uid, view);
    if (entry.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) {
        return `${next} is a broken link`;
      }
      const target = view.readlink(next);
      here = target.startsWith('/') ? '/' : here;
      rest = [...target.split('/'), ...rest];
    } else {
      here = next;
    }
  }
  return problem;
}

/**
 * True when every user of the machine may write the plain file (or the one that a link leads to); false when there is
 * none.
 */
export function isWritableByAll(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true && (found.mode & 0o002) !== 0;
  } catch {
    return false; // whoever reads it tells why it cannot be
  }
}

function flawOf(path: string, entry: Entry, uid: number, view: TrustView): string | undefined {
  if (entry.uid !== 0 && entry.uid !== uid) {
    return `${path} belongs to another user (uid ${entry.uid})`;
  }
  if (entry.isSymbolicLink()) {
    return undefined; // its mode says nothing: who may replace it is a question of the folder
  }
  if ((entry.mode & 0o002) !== 0) {
    return `${path} can be changed by every user of this machine`;
  }
  return (entry.mode & 0o020) !== 0 && !view.isOwnGroup(entry.gid)
    ? `${path} can be changed by its group (gid ${entry.gid})`
    : undefined;
}

const realView: TrustView = {
  uid: process.getuid?.(),
  lstat: (path) => lstatSync(path),
  readlink: (path) => readlinkSync(path),
  realpath: (path) => realpathSync(resolve(path)),
  isOwnGroup: (gid) => isOwnGroup(gid),
};

/**
 * Many systems give each user a group of their own and let it write. A group that the files of the machine do not tell
 * all about, as with a directory service, counts as one with others in it.
 */
function isOwnGroup(gid: number): boolean {
  try {
    const ours = new Set(['root', userInfo().username]);
    const rows = (file: string): readonly (readonly string[])[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line) => line.split(':'));
    const groups = rows('/etc/group').filter((row) => row[2] === String(gid));
    const members = groups.flatMap((row) => (row[3] ?? '').split(',')).filter((name) => name !== '');
    const primaries = rows('/etc/passwd')
      .filter((row) => row[3] === String(gid))
      .map(([name = '']) => name);
    return groups.length > 0 && [...members, ...primaries].every((name) => ours.has(name));
  } catch {
    return false;
  }
}
