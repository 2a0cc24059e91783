/** A source file, by its path below src/, with the specifiers that it imports. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** Rank of each file or folder at the top of src/: a module imports only from a strictly lower one, or its own folder. */
const ranks: Readonly<Record<string, number>> = {
  'errors.ts': 0,
  'log.ts': 0,
  'secret.ts': 0,
  'loopback.ts': 0,
  'listen-address.ts': 0,
  'file-trust.ts': 0,
  'shell-word.ts': 0,
  'printable.ts': 0,
  'version.ts': 0,
  gen: 0,
  descope: 1,
  model: 1,
  access: 2,
  'sync-format': 2,
  resources: 3,
  provisioning: 3,
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
  cli: 8,
  'report-page': 8,
};

/**
 * The page runs in a browser: besides its own files, it knows the format of its data, and the rules by which the answers
 * count and judge, so that both say the same. All of them must do without Node.
 */
const openToThePage = new Set([
  'answers/report-format.ts',
  'answers/report-bytes.ts',
  'answers/access-rules.ts',
  'answers/power.ts',
  'answers/printable.ts',
  'model/fold.ts',
]);

/** Folders that only these may open, besides themselves. */
const doors: Readonly<Record<string, readonly string[]>> = {
  descope: ['access', 'resources', 'provisioning', 'registry.ts', 'doctor', 'cli'],
  gen: ['model', 'sync-format', 'services', 'server', 'output'],
};

/** Every breach of the layer rule, one line each. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) => {
    const from = topOf(path);
    const rank = rankOf(from);
    if (rank === undefined) {
      return [`${path}: nobody has given ${from} a rank`];
    }
    return imports.flatMap((specifier) => {
      const to = targetOf(path, specifier);
      return to === undefined || (path === 'version.ts' && to === '../package.json')
        ? []
        : violationsOf(`${path} -> ${to}`, from, rank, to);
    });
  });
}

function violationsOf(what: string, from: string, rank: number, target: string): string[] {
  const to = topOf(target);
  if (to === from) {
    return [];
  }
  const toRank = rankOf(to);
  if (toRank === undefined) {
    return [`${what}: nobody has given ${to} a rank`];
  }
  const opens = Object.hasOwn(doors, to) ? doors[to] : undefined;
  return [
    ...(toRank < rank ? [] : [`${what}: rank ${rank} imports rank ${toRank}`]),
    ...(opens === undefined || opens.includes(from) ? [] : [`${what}: ${from} may not open ${to}`]),
    ...(from !== 'report-page' || openToThePage.has(target)
      ? []
      : [`${what}: the page knows its data and the rules, and nothing else`]),
    ...(from !== 'emulator' || toRank === 0 ? [] : [`${what}: the emulator knows nothing of ours`]),
  ];
}

function rankOf(top: string): number | undefined {
  return Object.hasOwn(ranks, top) ? ranks[top] : undefined;
}

function topOf(path: string): string {
  return path.split('/')[0] ?? '';
}

/** The path below src/ that a relative specifier leads to; undefined for a package. One that leaves src/ begins with "..". */
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

/** What a module imports, types too: statements, re-exports, side effects, calls and type queries. */
export function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
  const specifiers = code.matchAll(
    /(?:\bfrom\s*|^\s*import\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)(['"])(?<specifier>[^'"\n]+)\1/gm,
  );
  return Array.from(specifiers, ({ groups }) => groups?.['specifier'] ?? '');
}
