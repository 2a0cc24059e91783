import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { Marked } from 'marked';
import { frame } from './frame.ts';

/** Folders with pages, from the root of the repository; `.` stands for the pages beside the README. */
const folders = ['.', 'docs', 'docs/decisions', 'docs/rules', 'deploy'];
const asset = /\.(png|svg|json)$/;

export interface Site {
  /** Pages that were written, from the site's own root. */
  readonly pages: readonly string[];
  /** Links that lead nowhere, each with its page. */
  readonly broken: readonly string[];
}

/**
 * Makes plain HTML of README and docs. Every link inside the site is looked up; one to a file of the repository becomes
 * text.
 */
export function buildSite(root: string, target: string): Site {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.mdx?$/.test(name))
      .map((name) => posix.join(folder, name)),
  );
  const texts = new Map([
    ...sources.map((path) => [path, withoutComponents(readFileSync(join(root, path), 'utf8'))] as const),
    ['docs/decisions/index.md', decisionsIn(root)] as const,
  ]);
  const known = new Set(texts.keys());
  const navigation = markdownOf(
    /## More to read\n([\s\S]*?)\n## /.exec(texts.get('README.md') ?? '')?.[1] ?? '',
    'README.md',
    known,
    root,
  );
  rmSync(target, { recursive: true, force: true });
  for (const [path, text] of texts) {
    const title = /^# (.+)$/m.exec(text)?.[1] ?? /^title: "(.+)"$/m.exec(text)?.[1] ?? basename(path);
    const up = '../'.repeat(path.split('/').length - 1);
    const body = markdownOf(text.replace(/^---\n[\s\S]*?\n---\n/, ''), path, known, root);
    write(
      join(target, pageOf(path)),
      frame({
        title,
        body,
        navigation: navigation.replaceAll(/href="(?![a-z]+:)/g, `href="${up}`),
        home: `${up}index.html`,
      }),
    );
  }
  for (const folder of ['docs', 'docs/images', 'docs/performance']) {
    for (const name of readdirSync(join(root, folder)).filter((entry) => asset.test(entry))) {
      mkdirSync(join(target, folder), { recursive: true });
      copyFileSync(join(root, folder, name), join(target, folder, name));
    }
  }
  const pages = [...texts.keys()].map(pageOf).toSorted();
  return { pages, broken: pages.flatMap((page) => brokenIn(page, target)) };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function pageOf(path: string): string {
  return path === 'README.md' ? 'index.html' : path.replace(/\.mdx?$/, '.html');
}

function decisionsIn(root: string): string {
  const titles = readdirSync(join(root, 'docs/decisions'))
    .toSorted()
    .map(
      (name) =>
        `- [${/^# (.+)$/m.exec(readFileSync(join(root, 'docs/decisions', name), 'utf8'))?.[1] ?? name}](${name})`,
    );
  return `# Decisions\n\n${titles.join('\n')}\n`;
}

/** The setup page of the ecosystem has components of its documentation system; their content is what counts here. */
function withoutComponents(text: string): string {
  return text
    .replaceAll(/^<\/?(?:Steps?|Tabs|Check|Tip|Note|Info|Warning|Frame|Card)[^>]*>$/gm, '')
    .replaceAll(/^<Tab title="([^"]+)">$/gm, '**$1**')
    .replaceAll('</Tab>', '')
    .replaceAll(/<Icon [^>]*\/>/g, 'yes');
}

/** As GitHub names the anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&[a-z#0-9]+;/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function markdownOf(text: string, path: string, known: ReadonlySet<string>, root: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: raw }) {
        return `<h${depth} id="${anchorOf(raw.replaceAll('`', ''))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inside = this.parser.parseInline(tokens);
        const target = targetOf(href, path, known, root);
        return target === undefined ? inside : `<a href="${target}">${inside}</a>`;
      },
    },
  });
  return marked.parse(text, { async: false });
}

/** Where a link leads on the site; undefined for a file of the repository that is no page. */
function targetOf(href: string, path: string, known: ReadonlySet<string>, root: string): string | undefined {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) {
    return href;
  }
  const [file = '', anchor] = href.split('#');
  const found = posix.join(posix.dirname(path), file);
  const page = known.has(found)
    ? found
    : known.has(posix.join(found, 'index.md'))
      ? posix.join(found, 'index.md')
      : undefined;
  if (page === undefined) {
    const isCopied = asset.test(file) && found.startsWith('docs/');
    return isCopied || !existsSync(join(root, found)) ? href : undefined;
  }
  return posix.relative(posix.dirname(pageOf(path)), pageOf(page)) + (anchor === undefined ? '' : `#${anchor}`);
}

function brokenIn(page: string, target: string): readonly string[] {
  const html = readFileSync(join(target, page), 'utf8');
  return [...html.matchAll(/(?:href|src)="([^"]+)"/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) {
      return [];
    }
    const [file = '', anchor] = link.split('#');
    const found = file === '' ? join(target, page) : join(target, dirname(page), decodeURIComponent(file));
    const isThere =
      existsSync(found) &&
      statSync(found).isFile() &&
      (anchor === undefined || readFileSync(found, 'utf8').includes(`id="${decodeURIComponent(anchor)}"`));
    return isThere ? [] : [`${page}: ${link}`];
  });
}
