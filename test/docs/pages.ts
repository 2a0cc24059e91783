import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

export interface Page {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every page that a reader may open. */
export function pages(): Page[] {
  return ['.', 'docs', 'docs/decisions', 'docs/rules', 'deploy'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.mdx?$/.test(name))
      .map((name) => readPage(join(folder, name))),
  );
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** The text with fenced blocks and inline code blanked out, line for line. */
export function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, '')).replaceAll(/`[^`\n]*`/g, '');
}

/** Lines of fenced blocks, and inline code, each with the line it stands on. */
export function codeIn(text: string): { readonly code: string; readonly line: number }[] {
  let isFenced = false;
  return text.split('\n').flatMap((content, index) => {
    const line = index + 1;
    if (/^\s*```/.test(content)) {
      isFenced = !isFenced;
      return [];
    }
    return isFenced
      ? [{ code: content, line }]
      : [...content.matchAll(/`([^`]+)`/g)].map(([, code = '']) => ({ code, line }));
  });
}

/** Fenced blocks of commands, each with the line it begins on. */
export function blocksIn(text: string): { readonly language: string; readonly code: string; readonly line: number }[] {
  return [...text.matchAll(/^```(sh|bash|console)\n([\s\S]*?)^```/gm)].map(
    ({ index, 1: language = '', 2: code = '' }) => ({ language, code, line: text.slice(0, index).split('\n').length }),
  );
}

/** Links that lead nowhere: to a file that is not there, or to a heading that its page does not have. */
export function brokenLinks({ path, text }: Page): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^(https?|mailto):/.test(target)) return [];
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? join(root, path) : join(root, dirname(path), file);
    if (!existsSync(found)) return [`${path}: ${target}: there is no ${relative(root, found)}`];
    return anchor === undefined || headings(readFileSync(found, 'utf8')).has(anchor)
      ? []
      : [`${path}: ${target}: no such heading`];
  });
}

/** Headings as the anchors that GitHub makes of them. */
function headings(text: string): Set<string> {
  const lines = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...lines].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
