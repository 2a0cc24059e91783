import { Cron } from 'croner';
import { z } from 'zod';

// How the texts of settings are understood: each takes a text, or says in a few words what is wrong with it.

/** A whole number within bounds. */
export const wholeNumber = (min: number, max: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** One of a few words. */
export const oneOf = <Words extends readonly [string, ...string[]]>(
  ...words: Words
): z.ZodType<Words[number], string> =>
  z.string().refine((value): value is Words[number] => words.includes(value), `must be one of ${words.join(', ')}`);

/** A switch, as environments and files write it. */
export const yesOrNo: z.ZodType<boolean, string> = z
  .string()
  .refine((value) => ['true', 'false', '1', '0', ''].includes(value), 'must be true or false')
  .transform((value) => value === 'true' || value === '1');

const periods: Readonly<Record<string, number>> = { s: 1_000, m: 60_000 };

/** "off", "auto", or so many in a second or minute. */
export const rate: z.ZodType<'off' | 'auto' | { readonly count: number; readonly periodMs: number }, string> = z
  .string()
  .regex(/^(off|auto|[1-9]\d{0,4}\/[sm])$/, 'must be off, auto, or a rate such as 200/m or 3/s')
  .transform((text) => {
    if (text === 'off' || text === 'auto') {
      return text;
    }
    const [count, unit = 'm'] = text.split('/');
    return { count: Number(count), periodMs: periods[unit] ?? 60_000 };
  });

const durationUnits: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationUpTo(days: number, example: string): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^[1-9]\d{0,6}[smhd]$/, `must be a duration such as ${example}`)
    .transform((text) => Number(text.slice(0, -1)) * (durationUnits[text.slice(-1)] ?? 1_000))
    .refine((ms) => ms <= days * 86_400_000, `must be ${days}d at most`);
}

/** "30s", "5m", "1h", "1d" as milliseconds. */
export const duration: z.ZodType<number, string> = durationUpTo(31, '30s, 5m, 1h or 1d');

/** How long something is kept: a hundred years at most. */
export const keptFor: z.ZodType<number, string> = durationUpTo(36_500, '400d');

/** A cron pattern of five fields (or six, with seconds first) that comes due at least once more. */
export const cronPattern = z.string().refine((text) => {
  try {
    return new Cron(text, { mode: '5-or-6-parts', paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}, 'must be a cron pattern such as "0 * * * *" (minute, hour, day, month, weekday) that comes due');

/** Keeps the text that an address parser takes, and says its flaw otherwise. */
export const address = (parse: (text: string) => object): z.ZodType<string, string> =>
  z.string().superRefine((text, context) => {
    const parsed = parse(text);
    if ('flaw' in parsed) {
      context.addIssue({ code: 'custom', message: String(parsed.flaw) });
    }
  });

/** Names of resource types, with commas between them. Which types there are, `registry.ts` knows. */
export const typeNames: z.ZodType<readonly string[], string> = z
  .string()
  .regex(
    /^\s*[a-z_]+(?:\s*,\s*[a-z_]+)*\s*$/,
    'must be names of resource types in lower case with commas between them, such as access_key, or all',
  )
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))]);

/** A port to listen on, 0 for a free one, or "off". */
export const portOrOff: z.ZodType<number | 'off', string> = z
  .string()
  .refine(
    (text) => text === 'off' || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535),
    'must be a port (0 takes a free one) or off',
  )
  .transform((text) => (text === 'off' ? text : Number(text)));
