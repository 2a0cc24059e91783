/**
 * SQL for a text in which more than the case of ASCII may have to be folded: with letters beyond, control characters, or
 * blanks where one would do. A store has an index of such texts by these very words.
 */
export function isOddText(column: string): string {
  const isQuotedAlike = `octet_length(json_quote(${column})) = length(${column}) + 2`;
  const isTrimmed = `octet_length(trim(${column})) = octet_length(${column})`;
  return `not (${isQuotedAlike} and ${isTrimmed} and not instr(${column}, '  '))`;
}
