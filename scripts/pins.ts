// Tells which base images and actions are pinned by digest. A release asks with --release TAG, and fails on anything
// that is not, and when the tag, the version and the changelog do not agree.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { actionPins, composePins, imagePins, releaseProblems } from '../test/deploy/pins.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { values } = parseArgs({ options: { release: { type: 'string' } } });

const workflows = readdirSync(join(root, '.github/workflows')).map((name) => join('.github/workflows', name));
const sources = [
  { where: 'Dockerfile', pins: imagePins(read('Dockerfile')) },
  { where: 'deploy/compose.fleet.yaml', pins: composePins(read('deploy/compose.fleet.yaml')) },
  { where: 'action.yml', pins: actionPins(read('action.yml')) },
  ...workflows.map((where) => ({ where, pins: actionPins(read(where)) })),
];
const total = sources.flatMap(({ pins }) => pins).length;
const loose = sources.flatMap(({ where, pins }) =>
  pins.filter(({ isPinned }) => !isPinned).map(({ what }) => `${where}: ${what} is not pinned by digest`),
);

if (values.release === undefined) {
  for (const line of loose) console.log(`not yet  ${line}`);
  console.log(`${total - loose.length} of ${total} images and actions are pinned by digest; a release needs all`);
} else {
  const { version, repository } = JSON.parse(read('package.json')) as {
    readonly version: string;
    readonly repository?: { readonly url: string };
  };
  const problems = [
    ...loose.map((line) => `${line}: npm run pin-images`),
    ...releaseProblems({ tag: values.release, version, changelog: read('CHANGELOG.md'), repository: repository?.url }),
  ];
  for (const problem of problems) console.error(`FAILED   ${problem}`);
  if (problems.length === 0)
    console.log(`ok       ${total} images and actions are pinned by digest; ${values.release} may be released`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
