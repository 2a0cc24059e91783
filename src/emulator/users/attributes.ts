import { defineFamily } from '../family.ts';
import { endpoint } from '../endpoint.ts';
import { choice, sure } from '../switch-table.ts';

/** A custom attribute that users can have, as the project defines it. */
export interface AttributeSeed {
  readonly name: string;
  /** 1 text, 2 number, 3 boolean, 4 one of some, 5 several of some, 6 date, 7 month and day. */
  readonly type: number;
  readonly displayName?: string;
  readonly options?: readonly string[];
}

/** The attributes that the project defines, and whether others are taken. */
export interface UserAttributes {
  /** The name of one that is not taken; undefined where all are. */
  unknown(given: Readonly<Record<string, unknown>>): string | undefined;
}

export const userAttributes = defineFamily({
  name: 'userAttributes',
  switches: { undefinedAttributes: sure('documented', choice('reject', 'accept')) },
  sample: [
    { name: 'department', type: 1, displayName: 'Department' },
    { name: 'costCenter', type: 2, displayName: 'Cost center' },
    { name: 'contractor', type: 3, displayName: 'Contractor' },
    { name: 'skills', type: 5, displayName: 'Skills', options: ['forklift', 'français'] },
    { name: 'floor', type: 2, displayName: 'Floor' },
    { name: 'level', type: 4, displayName: 'Level', options: ['junior', 'senior', 'principal'] },
    { name: 'since', type: 6, displayName: 'Since' },
  ] as readonly AttributeSeed[],
  create(_host, { seeds, switches }) {
    // A project of which nobody says what it defines takes whatever it is given.
    const takesAll = seeds === undefined || switches.undefinedAttributes === 'accept';
    const defined = seeds ?? [];
    const state: UserAttributes = {
      unknown: (given) =>
        takesAll ? undefined : Object.keys(given).find((name) => defined.every((one) => one.name !== name)),
    };
    return {
      state,
      endpoints: {
        'GET /v1/mgmt/user/customattributes': endpoint([], () => ({
          json: { data: defined.map(toWire), total: defined.length },
        })),
      },
      controls: {},
    };
  },
});

function toWire({ name, type, displayName = name, options = [] }: AttributeSeed): Readonly<Record<string, unknown>> {
  return {
    name,
    type,
    displayName,
    options: options.map((value) => ({ value, label: value })),
    defaultValue: null,
    viewPermissions: [],
    editPermissions: [],
    editable: true,
  };
}
