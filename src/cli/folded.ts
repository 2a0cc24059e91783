/**
 * Lines of prose, none wider than the screen: broken between words, and set in below the line that they go on. What
 * stands between backticks is a command to paste and stays whole, as does a longer word. Without a width nothing is
 * broken.
 */
export function folded(text: string, width: number | undefined): string {
  return width === undefined
    ? text
    : text
        .split('\n')
        .flatMap((line) => foldedLine(line, width))
        .join('\n');
}

function foldedLine(line: string, width: number): readonly string[] {
  if (columnsOf(line) <= width) {
    return [line];
  }
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.match(/[^\s`]*`[^`]*`\S*|\S+/g) ?? []) {
    if (current === '') {
      current = indent + word;
    } else if (columnsOf(current) + 1 + columnsOf(word) > width) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else {
      current += ` ${word}`;
    }
  }
  return [...lines, current];
}

/**
 * At least as many columns as a terminal shows: breaking a line early does no harm, and an exact measure is slow to
 * load.
 */
function columnsOf(text: string): number {
  return text.length + (text.match(/[\u1100-\uFFEF]/g)?.length ?? 0);
}
