import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  readonly title: string;
  readonly licence: string;
}

/**
 * The licences of all packages among the modules of a bundle, each said once: whoever has the bundle has a copy of
 * their code.
 */
export function licencesOf(modules: readonly string[]): string {
  const modulesOf = Map.groupBy(modules, (id) => /^[^\0].*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
  const packages = [...modulesOf].flatMap(([root, ids]) => (root === undefined ? [] : [readPackage(root, ids)]));
  const byLicence = Map.groupBy(
    packages.toSorted((one, other) => (one.title < other.title ? -1 : 1)),
    ({ licence }) => licence,
  );
  return Array.from(
    byLicence,
    ([licence, sharing]) => `${sharing.map(({ title }) => title).join(', ')}\n\n${licence}`,
  ).join(`\n\n${'-'.repeat(72)}\n\n`);
}

function readPackage(root: string, modules: readonly string[]): Package {
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(root).find((entry) => /^licen[cs]e/i.test(entry));
  const licence =
    file === undefined ? toldIn(root) || noticesIn(modules) : readFileSync(join(root, file), 'utf8').trim();
  if (licence === '') {
    throw new Error(`${name} has no licence file, and its code names none`);
  }
  return { title: `${name} ${version}`, licence: file === undefined ? `${license ?? ''}\n\n${licence}` : licence };
}

/** The section of a package's page that has its licence, to the page's end. */
function toldIn(root: string): string {
  const page = readdirSync(root).find((entry) => /^readme(?:\.|$)/i.test(entry));
  const text = page === undefined ? '' : readFileSync(join(root, page), 'utf8');
  const section = /^##? *(?:the )?(?:mit )?licen[cs]e *\n([^]*)$/im.exec(text)?.[1]?.trim() ?? '';
  return section.includes('Copyright') ? section : '';
}

/** What stands at the head of a package's files, where it has no licence file. */
function noticesIn(modules: readonly string[]): string {
  const heads = modules
    .map((id) => /^(?:\/\/.*\n)+/.exec(readFileSync(id, 'utf8'))?.[0] ?? '')
    .filter((head) => head.includes('Copyright'));
  return [...new Set(heads)].map((head) => head.replaceAll(/^\/\/ ?/gm, '').trim()).join('\n\n');
}
