import type { YAMLError } from 'yaml';

/**
 * What is wrong with a text as YAML: the line, and one sentence with the remedy. It never repeats a value: that could
 * be a key.
 */
export interface YamlFault {
  readonly line: number;
  readonly text: string;
}

interface Place {
  readonly line: number;
  readonly name: string | undefined;
  readonly value: string;
}

/**
 * The first fault alone, in words of the remedy: those that a parser finds after it are its consequences. `isName`
 * tells which names may be repeated.
 */
export function explainYaml(
  text: string,
  [error]: readonly Pick<YAMLError, 'code' | 'pos'>[],
  isName: (name: string) => boolean,
): YamlFault | undefined {
  if (error === undefined) {
    return undefined;
  }
  const lines = text.split(/\r\n|\n|\r/);
  const line = text.slice(0, error.pos[0]).split(/\r\n|\n|\r/).length;
  const placed = placeAt(lines, lastWritten(lines, line), isName);
  const open = error.code === 'MISSING_CHAR' ? placeOfOpenQuote(lines, isName) : undefined;
  return sentence(error.code, lines, open ?? placed, open !== undefined);
}

/** An open bracket is noticed only after the last line: what is meant is the line with text before. */
function lastWritten(lines: readonly string[], line: number): number {
  let at = Math.min(line, lines.length);
  while (at > 1 && (lines[at - 1] ?? '').trim() === '') {
    at -= 1;
  }
  return at;
}

function placeAt(lines: readonly string[], line: number, isName: (name: string) => boolean): Place {
  const [, , name = '', value = ''] = /^\s*(["']?)([\w.-]+)\1\s*:(?:\s+(.*))?$/.exec(lines[line - 1] ?? '') ?? [];
  return { line, name: isName(name) ? name : undefined, value: value.trim() };
}

function placeOfOpenQuote(lines: readonly string[], isName: (name: string) => boolean): Place | undefined {
  const places = lines.map((_text, index) => placeAt(lines, index + 1, isName));
  return places.find(({ value }) => /^"(?:[^"\\]|\\.)*$/.test(value) || /^'(?:[^']|'')*$/.test(value));
}

const indented = 'is indented, which gives it another meaning in YAML: begin each setting at the start of its line';

/** What to say of a value that YAML takes for a reference to another. */
export function starNeedsQuotes(name: string): string {
  return `needs quotes, since YAML reads a "*" at the start of a value as a reference: ${name}: "* * * * *"`;
}

function sentence(
  code: string,
  lines: readonly string[],
  { line, name, value }: Place,
  isOpenQuote: boolean,
): YamlFault {
  const of = name ?? 'name';
  const said = (text: string): YamlFault => ({ line, text: `${name === undefined ? '' : `${name} `}${text}` });
  const source = lines[line - 1] ?? '';
  if (code === 'DUPLICATE_KEY') {
    return said('is given twice: leave one of the two lines');
  }
  if (code === 'MULTIPLE_DOCS') {
    return { line, text: 'begins a second document with "---": a config file is one' };
  }
  if (/^ *\t/.test(source) && (code === 'TAB_AS_INDENT' || code === 'MISSING_CHAR')) {
    return {
      line,
      text: 'is indented with a tab, which YAML does not allow: begin each setting at the start of its line',
    };
  }
  if (code === 'BAD_DQ_ESCAPE') {
    return said(
      `has a backslash in double quotes, which gives the next character another meaning: use single quotes: ${of}: '...'`,
    );
  }
  if (isOpenQuote) {
    return said('has a quote that is opened and not closed');
  }
  if (value.startsWith('*')) {
    return said(starNeedsQuotes(of));
  }
  if (/^[&!@`%|>{[,?]/.test(value)) {
    return said(
      `needs quotes, since "${value.charAt(0)}" at the start of a value means something else in YAML: ${of}: "..."`,
    );
  }
  if (/^["']/.test(value)) {
    return said('has something after the closing quote: put the whole value into one pair of quotes');
  }
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && !/:\s/.test(value) && /^\s+\S/.test(lines[line] ?? '')) {
    return { line: line + 1, text: indented };
  }
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || /:(?:\s|$)/.test(value)) {
    return said(
      'needs quotes, since it has a colon ' +
        `${/:\s/.test(value) || !value.endsWith(':') ? 'and a blank in' : 'at the end of'} its value: ${of}: "..."`,
    );
  }
  if (/^[\w.-]+:\S/.test(source.trim())) {
    return { line, text: 'needs a blank after the colon: "name: value"' };
  }
  if (/^\s+\S/.test(source) && !source.trim().startsWith('"')) {
    return { line, text: indented };
  }
  if (lines.some((text) => /^\s*[{[]/.test(text))) {
    return { line, text: 'ends before a bracket or brace is closed, or has a comma missing or too many' };
  }
  return { line, text: `is not YAML or JSON that can be read (${code.toLowerCase().replaceAll('_', ' ')})` };
}
