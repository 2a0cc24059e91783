// Switches answer open questions about the real service, each in all the ways that a client must survive. A family
// declares the switches that decide about its own endpoints.

/** How sure we are of a default. The letters D, S, I and X of docs/emulator.md; `setting` answers no question. */
export type Certainty = 'documented' | 'seen' | 'inferred' | 'invented' | 'setting';

interface Choice<T extends string> {
  readonly default: T;
  readonly choices: readonly T[];
}

interface Amount {
  readonly default: number;
  readonly from: number;
  readonly to: number;
}

interface Text {
  readonly default: string;
  /** Says what is wrong with a value; undefined for a good one. */
  readonly check: (value: string) => string | undefined;
}

/** What a switch takes, and its default. */
export type SwitchKind = Choice<string> | Amount | Text;

export type SwitchDefinition = SwitchKind & { readonly certainty: Certainty };

export type SwitchTable = Readonly<Record<string, SwitchDefinition>>;

/** The values of a table: a choice is one of its words, an amount a number, a text any string. */
export type SwitchValues<Table extends SwitchTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { choices: readonly (infer T)[] }
    ? T
    : Table[Name]['default'] extends number
      ? number
      : string;
};

/** The first choice is the default. */
export const choice = <const T extends string>(...choices: readonly [T, ...T[]]): Choice<T> => ({
  default: choices[0],
  choices,
});

export const amount = (value: number, from: number, to: number): Amount => ({ default: value, from, to });

export const text = (value: string, check: Text['check']): Text => ({ default: value, check });

/** Labels the default of a switch. */
export const sure = <Kind extends SwitchKind>(certainty: Certainty, kind: Kind): Kind & { certainty: Certainty } => ({
  ...kind,
  certainty,
});
