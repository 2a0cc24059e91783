// Writes the digests of the base images, as their registries tell them now, into the Dockerfile. Needs Docker and a
// network; look at the difference, build, and commit it. A digest that is there already is replaced by the tag's newest
// one.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const path = join(import.meta.dirname, '..', 'Dockerfile');

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
  const pinned = readFileSync(path, 'utf8').replaceAll(
    /^(ARG \w+_IMAGE=)([^\s@]+)(?:@\S+)?$/gm,
    (_line, start: string, image: string) => {
      const digest = digestOf(image);
      console.log(`${image} is ${digest}`);
      return `${start}${image}@${digest}`;
    },
  );
  writeFileSync(path, pinned);
} catch (thrown) {
  console.error(
    `pin-images: ${thrown instanceof Error ? thrown.message : String(thrown)}; the Dockerfile is as it was`,
  );
  process.exitCode = 1;
}
