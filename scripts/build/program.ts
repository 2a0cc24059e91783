import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { lazyBuiltIns } from './built-ins.ts';
import { licencesOf } from './licences.ts';
import { runtimePackages } from './runtime-modules.ts';

/** They read files of their own from beside their code, so they stay where those are. See docs/decisions/018. */
const unbundled = runtimePackages.map((name) => new RegExp(`^${name}(?:/|$)`));
const entry = 'src/cli/main.ts';
/** What runs in threads of their own, by its file in dist: nothing of the program is loaded there besides. */
const threads = {
  'index-thread': 'src/output/index-thread.ts',
  'store-index-thread': 'src/history/store-index-thread.ts',
  'api-thread': 'src/api/thread.ts',
};

/** Bundles the program. What one command needs and others do not lies in files of its own, which that command loads. */
export async function buildProgram(root: string, target: string): Promise<void> {
  const { output } = await build({
    cwd: root,
    input: entry,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    external: unbundled,
    plugins: [lazyBuiltIns],
    output: {
      dir: join(target, 'cli'),
      format: 'esm',
      chunkFileNames: '[name].js',
      codeSplitting: {
        groups: [
          // What every command needs in one file, apart from the entry: see below.
          { name: 'start', tags: ['$initial'], test: (id) => !id.endsWith(entry), priority: 1 },
          // What changes something: every connector answers calls for all of it.
          {
            name: 'changes',
            test: /[\\/]src[\\/](?:provisioning[\\/][\w-]+|encryption[\\/](?:recipients?|sealed-text))\.ts$/,
          },
          // Small, and needed by most commands that read or write a file: one file instead of nine.
          {
            name: 'files',
            test: /[\\/]src[\\/](?:output[\\/](?:atomic-file|disk-fault|file-layer|leftovers|place)|cli[\\/](?:derived-outputs|progress|results|table)|sync-format[\\/](?:layout|owner-marks|summary))\.ts$/,
          },
          // What compares a sync with what stands at its target.
          {
            name: 'last-output',
            test: /[\\/]src[\\/](?:cli[\\/]last-output|output[\\/]last(?:-sync)?|sync[\\/]guard)\.ts$/,
          },
          // Small, and needed by whatever sends requests.
          {
            name: 'requests',
            test: /[\\/]src[\\/]descope[\\/](?:http[\\/]pacing|audit[\\/](?:audit|steps)|users[\\/]login-history)\.ts$/,
          },
          // Small, and needed by whatever finds its way to a server.
          {
            name: 'ways-out',
            test: /[\\/]src[\\/](?:config[\\/]ca-file|descope[\\/]http[\\/]proxy|cli[\\/]route)\.ts$|[\\/]node_modules[\\/](?:p-retry|is-network-error)[\\/]/,
          },
          // What a session of a sync is made of, whoever asks it.
          {
            name: 'session',
            test: /[\\/]src[\\/](?:resources[\\/]sync[\\/][\w-]+|model[\\/](?:row-listings|surface)|services[\\/]judging)\.ts$/,
          },
          // Whatever says where a setting stands, or the flags of the ecosystem.
          {
            name: 'setting-sources',
            test: /[\\/]src[\\/](?:cli[\\/](?:read-one-shot|setting-sources)|config[\\/](?:file-keys|one-shot|one-shot-flags))\.ts$/,
          },
          // What tells of a sync, and knows the types for it: with the sync, and not with what only reads files.
          {
            name: 'full-sync',
            test: /[\\/]src[\\/]cli[\\/](?:counts-table|forecast|full-sync|key-ends|walk-progress)\.ts$/,
          },
        ],
      },
      minify: false, // a stack is to be read by people, and what is smaller starts no faster
      minifyInternalExports: false,
      keepNames: true,
      comments: { legal: true, annotation: false, jsdoc: false },
      sourcemap: true,
      sourcemapExcludeSources: true,
    },
  });
  for (const [name, input] of Object.entries(threads)) {
    await build({
      cwd: root,
      input: { [name]: input },
      platform: 'node',
      tsconfig: 'tsconfig.json',
      plugins: [lazyBuiltIns],
      output: {
        dir: join(target, 'cli'),
        format: 'esm',
        codeSplitting: false,
        keepNames: true,
        sourcemap: true,
        sourcemapExcludeSources: true,
      },
    });
  }
  const chunks = output.filter((file) => file.type === 'chunk');
  const place = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(entry)))?.fileName ?? '';
  if (chunks.some(({ imports, isEntry }) => imports.includes(place) && !isEntry)) {
    throw new Error(
      `${place} holds ${entry}, which waits for the command that it calls; a command that imports ${place} ` +
        'would wait for it, too, and neither go on',
    );
  }
  writeFileSync(
    join(target, 'LICENCES.txt'),
    `The packages whose code is in dist/cli, and their licences.\n\n${licencesOf(chunks.flatMap(({ moduleIds }) => moduleIds))}\n`,
  );
}
