/** "1 role", "2,000 roles"; the plural is given where it is not made with an s. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}
