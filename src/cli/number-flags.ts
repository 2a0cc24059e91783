import { InvalidArgumentError } from 'commander';

/**
 * Takes a flag's value as a whole number within bounds; anything else is a mistake on the command line, told with the
 * bounds.
 */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (!/^\d{1,10}$/.test(text) || Number(text) < min || Number(text) > max) {
      throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}`);
    }
    return Number(text);
  };
}
