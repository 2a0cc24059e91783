import { createHmac } from 'node:crypto';
import { systemRoleName, words } from './power.ts';

/** Replaces texts by others of the same form. Equal texts stay equal, different texts stay different. */
export interface Pseudonyms {
  /** A name, an id, an email, a phone number: whatever form the text has. */
  readonly text: (text: string) => string;
  /** The name of a role or a permission: words that say how much it can do stay, and so does Descope's own role. */
  readonly power: (name: string) => string;
  /** A domain name. */
  readonly domain: (text: string) => string;
  /** A number with the same number of digits. */
  readonly number: (value: number) => number;
}

const isEmail = /^[^\s@]+@[^\s@]+$/;
const isPhone = /^\+?\d[\d ()-]{5,}$/;
/** Descope's own ids: a letter or two, then random characters. */
const isRandomId = /^[A-Z]{1,2}\d?[A-Za-z0-9]{18,}$/;
/**
 * Words that say how much a permission can do. They are kept in the names of roles and permissions, so that a report on
 * pseudonyms judges them alike.
 */
const plainWords: ReadonlySet<string> = new Set([...words.administrative, ...words.sensitive, ...words.reading]);

const consonants = 'bdfghjklmnprstvz';
const vowels = 'aeiou';
const digits = '0123456789';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const mostParts = 5;
const mostKept = 200_000;

/** The same key gives the same pseudonyms. Without the key nobody can test a guess. */
export function createPseudonyms(key: Uint8Array): Pseudonyms {
  const kept = new Map<string, string>();

  const bytesOf = (text: string, use: string): Buffer =>
    createHmac('sha256', key).update(`${use}\0`).update(text, 'utf16le').digest();

  /** "kemotasuriva": six syllables are enough to avoid collisions within a project. */
  function word(text: string): string {
    const bytes = bytesOf(text, 'word');
    let made = '';
    for (let place = 0; place < 12; place += 2) {
      made +=
        (consonants[(bytes[place] ?? 0) % consonants.length] ?? '') +
        (vowels[(bytes[place + 1] ?? 0) % vowels.length] ?? '');
    }
    return /^\p{Lu}/u.test(text) ? made.replace(/^./, (first) => first.toUpperCase()) : made;
  }

  function characters(text: string, from: string, length: number): string {
    const bytes = Buffer.concat([bytesOf(text, 'one'), bytesOf(text, 'two')]);
    return Array.from({ length }, (_, place) => from[(bytes[place % bytes.length] ?? 0) % from.length] ?? '').join('');
  }

  function made(text: string, wordOf: (text: string) => string): string {
    if (isEmail.test(text)) {
      const at = text.lastIndexOf('@');
      return `${word(text.slice(0, at))}@${domain(text.slice(at + 1))}`;
    }
    if (isPhone.test(text)) {
      return `+999${characters(text, digits, Math.max(4, Math.min(12, text.replaceAll(/\D/g, '').length - 3)))}`;
    }
    if (isRandomId.test(text)) {
      return text.slice(0, 2) + characters(text, alphabet, Math.min(text.length, 60) - 2);
    }
    const parts = text.split(/([._: -])/);
    return parts.length > mostParts
      ? [text, `${text} `].map(word).join(' ')
      : parts.map((part) => (/^[._: -]?$/.test(part) ? part : wordOf(part))).join('');
  }

  function domain(text: string): string {
    return `${word(text.toLowerCase())}.invalid`;
  }

  function remembered(use: string, text: string, make: () => string): string {
    const name = use + text;
    const known = kept.get(name);
    if (known !== undefined) {
      return known;
    }
    if (kept.size >= mostKept) {
      kept.clear();
    }
    const pseudonym = make();
    kept.set(name, pseudonym);
    return pseudonym;
  }

  return {
    domain,
    text: (text) => (text.trim() === '' ? text : remembered('text:', text, () => made(text, word))),
    power: (name) =>
      name.trim() === '' || name === systemRoleName
        ? name
        : remembered('power:', name, () =>
            made(name, (part) => (plainWords.has(part.toLowerCase()) ? part : word(part))),
          ),
    number: (value) => {
      const length = Math.min(9, String(Math.trunc(Math.abs(value))).length);
      return 10 ** (length - 1) + (bytesOf(String(value), 'number').readUInt32LE() % (9 * 10 ** (length - 1)));
    },
  };
}
