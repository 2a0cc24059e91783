import { type Names, namesOf, pluralOf } from './names.ts';

export interface TypeOptions {
  readonly id: string;
  /** In snake case; as English makes it when left out. */
  readonly plural?: string | undefined;
  /** The path of Descope's list: "/v1/mgmt/accesskey/search". */
  readonly list?: string | undefined;
  /** The field of the answer that holds the rows. */
  readonly key?: string | undefined;
  /** The list is a POST with an empty body. */
  readonly isPost?: boolean | undefined;
  /** Its entitlements are to be granted and revoked. */
  readonly isProvisioned?: boolean | undefined;
}

/** What the templates of a type are filled with. */
export interface TypeNames {
  readonly one: Names;
  readonly many: Names;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key: string;
}

/** The names that follow from the options. Throws for those that would make no code that compiles. */
export function typeNames({ id, plural = pluralOf(id), list, key, isPost = false }: TypeOptions): TypeNames {
  const [one, many] = [namesOf(id), namesOf(plural)];
  if (id === 'all' || plural === 'all') {
    throw new Error('"all" is what --include takes for every type: a type needs another name');
  }
  if (one.file === many.file) {
    throw new Error(`${plural} is its own plural: the files of the family and of the type need different names`);
  }
  const path = list ?? `/v1/mgmt/${one.file.replaceAll('-', '')}/${isPost ? 'search' : 'all'}`;
  if (!/^\/v\d+\/mgmt\/[\w/-]+$/.test(path)) {
    throw new Error(`--list ${JSON.stringify(path)} is no path of the Management API, such as /v1/mgmt/tenant/all`);
  }
  if (key !== undefined && !/^\w+$/.test(key)) {
    throw new Error(`--key ${JSON.stringify(key)} is no name of a field`);
  }
  return { one, many, method: isPost ? 'POST' : 'GET', path, key: key ?? many.camel };
}
