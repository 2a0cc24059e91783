/** An import as it is written in a file, by the file's path below src/. */
export interface Import {
  readonly path: string;
  readonly specifier: string;
  /** Nothing is left of it at run time. It counts for every rule but that of the page's bundle. */
  readonly isTypeOnly?: boolean;
}

/** The page that explains the rule. */
export const page = 'docs/architecture.md#the-one-rule-and-the-doors';

/**
 * Rank of each file or folder at the top of src/: a module imports only from a strictly lower one, or its own folder.
 */
export const ranks: Readonly<Record<string, number>> = {
  'errors.ts': 0,
  'log.ts': 0,
  'secret.ts': 0,
  'loopback.ts': 0,
  'listen-address.ts': 0,
  'file-trust.ts': 0,
  'shell-word.ts': 0,
  'store-url.ts': 0,
  'os-reasons.ts': 0,
  'printable.ts': 0,
  'moment.ts': 0,
  'version.ts': 0,
  gen: 0,
  descope: 1,
  model: 1,
  access: 2,
  encryption: 2,
  'sync-format': 2,
  feeds: 3,
  resources: 3,
  provisioning: 3,
  actions: 4,
  'registry.ts': 4,
  services: 5,
  'connector.ts': 6,
  doctor: 6,
  server: 7,
  sync: 7,
  output: 7,
  config: 7,
  emulator: 7,
  observe: 7,
  answers: 7,
  checks: 8,
  history: 8,
  'service-mode': 8,
  api: 9,
  fleet: 9,
  insights: 9,
  review: 9,
  cli: 10,
  'report-page': 10,
  'review-page': 11,
};

/** Folders that only these may open, besides themselves. */
const doors: Readonly<Record<string, readonly string[]>> = {
  descope: ['access', 'actions', 'feeds', 'resources', 'provisioning', 'registry.ts', 'doctor', 'cli'],
  gen: ['model', 'sync-format', 'services', 'server', 'output', 'service-mode'],
};

/**
 * The pages run in a browser: besides their own files, they know the format of their data, and the rules by which
 * the answers count and judge, so that both say the same. All of them must do without Node and without packages.
 */
const sharedWithThePage = new Set([
  'answers/report-format.ts',
  'answers/report-bytes.ts',
  'answers/report-things.ts',
  'answers/access-rules.ts',
  'answers/power.ts',
  'answers/printable.ts',
  'printable.ts',
  'model/fold.ts',
  'access/inheritance.ts',
  'review/format.ts',
]);

/** What is bundled for a browser: the review's page is built of the parts of the report's. */
const pages = new Set(['report-page', 'review-page']);

/** What is wrong with where a file of src/ lies; undefined when its folder has a rank. */
export function misplacement(path: string): string | undefined {
  const top = topOf(path);
  return rankOf(top) === undefined ? unplaced(path, top) : undefined;
}

/** Everything that is wrong with an import, each with the page that explains it and a remedy. */
export function breachesOf({ path, specifier, isTypeOnly = false }: Import): string[] {
  const target = targetOf(path, specifier);
  const bundle = isTypeOnly ? [] : bundleBreach(path, target ?? specifier);
  if (target === undefined || (path === 'version.ts' && target === '../package.json')) {
    return bundle;
  }
  return [...bundle, ...layerBreaches(path, target)];
}

function layerBreaches(path: string, target: string): string[] {
  const from = topOf(path);
  const to = topOf(target);
  const rank = rankOf(from);
  const toRank = rankOf(to);
  if (to === from || rank === undefined) {
    return [];
  }
  const what = `${path} imports ${target}`;
  if (toRank === undefined) {
    return [unplaced(what, to)];
  }
  const opens = Object.hasOwn(doors, to) ? doors[to] : undefined;
  const breaches: string[] = [];
  if (toRank >= rank) {
    breaches.push(
      told(
        `${what}: rank ${rank} imports rank ${toRank}`,
        'a module imports only from a lower rank or its own folder',
        'Move what both need to a lower rank, or hand it in as an argument.',
      ),
    );
  }
  if (opens !== undefined && !opens.includes(from)) {
    breaches.push(
      told(
        `${what}: ${from} may not open ${to}`,
        `only ${opens.join(', ')} may`,
        'Let one of them answer the question, or hand the answer in as an argument.',
      ),
    );
  }
  if (pages.has(from) && to !== 'report-page' && !sharedWithThePage.has(target)) {
    breaches.push(
      told(
        `${what}: the page knows its data and the rules, and nothing else`,
        `it may open ${[...sharedWithThePage].join(', ')}`,
        'Move what both need into one of those, which must do without Node.',
      ),
    );
  }
  if (from === 'emulator' && toRank !== 0) {
    breaches.push(
      told(
        `${what}: the emulator knows nothing of ours`,
        'it stands for Descope in the tests, and would make the same mistakes',
        'Write it for the emulator anew, or move it to a file of rank 0 if it says nothing about Descope.',
      ),
    );
  }
  return breaches;
}

/** What the page shares with Node is bundled for the browser, and may import what is shared as well only. */
function bundleBreach(path: string, target: string): string[] {
  return !sharedWithThePage.has(path) || sharedWithThePage.has(target)
    ? []
    : [
        told(
          `${path} imports ${target}: a file that the page shares must do without Node and packages`,
          'it is bundled for the browser',
          'Import the type alone, or move what needs it into another file.',
        ),
      ];
}

function unplaced(what: string, top: string): string {
  return told(
    `${what}: nobody has given ${top} a rank`,
    'each file and folder at the top of src has one',
    'Put it into a folder that is there, or add it to scripts/lint/layers.ts and to the table of that page.',
  );
}

function told(problem: string, rule: string, remedy: string): string {
  return `${problem}; ${rule} (${page}). ${remedy}`;
}

function rankOf(top: string): number | undefined {
  return Object.hasOwn(ranks, top) ? ranks[top] : undefined;
}

function topOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/**
 * The path below src/ that a relative specifier leads to; undefined for a package. One that leaves src/ begins with
 * "..".
 */
function targetOf(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    return undefined;
  }
  const parts = path.split('/').slice(0, -1);
  for (const step of specifier.split('/')) {
    if (step === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (step !== '.') {
      parts.push(step);
    }
  }
  return parts.join('/');
}
