// Writes the digests of the images of others, as their registries tell them now, into the Dockerfile and the Compose file
// of a fleet. Needs Docker and a network; look at the difference, build, and commit it. A digest that is there already is
// replaced by the tag's newest one.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const files = [
  { name: 'Dockerfile', pattern: /^(ARG \w+_IMAGE=)([^\s@]+)(?:@\S+)?()$/gm },
  { name: 'deploy/compose.fleet.yaml', pattern: /^(\s*image: \$\{POSTGRES_IMAGE:-)([^\s@}]+)(?:@[^\s}]+)?(\})$/gm },
].map(({ name, pattern }) => ({ path: join(import.meta.dirname, '..', name), pattern }));

function digestOf(image: string): string {
  const { status, stdout, stderr, error } = spawnSync(
    'docker',
    ['buildx', 'imagetools', 'inspect', image, '--format', '{{.Manifest.Digest}}'],
    { encoding: 'utf8' },
  );
  const digest = stdout?.trim() ?? '';
  if (status !== 0 || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error(`no digest for ${image}: ${error?.message ?? stderr.trim()}`);
  }
  return digest;
}

try {
  // All digests are known before a file is written.
  const pinned = files.map(({ path, pattern }) => ({
    path,
    text: readFileSync(path, 'utf8').replaceAll(pattern, (_line, start: string, image: string, end: string) => {
      const digest = digestOf(image);
      console.log(`${image} is ${digest}`);
      return `${start}${image}@${digest}${end}`;
    }),
  }));
  pinned.forEach(({ path, text }) => writeFileSync(path, text));
} catch (thrown) {
  console.error(`pin-images: ${thrown instanceof Error ? thrown.message : String(thrown)}; the files are as they were`);
  process.exitCode = 1;
}
