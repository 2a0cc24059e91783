import { type CompanyRecords, listCalls, pagedCalls } from './company-records.ts';

/** Where records are, and a key of the company that may read all of them. */
export interface RecordsAt {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly companyKey: string;
}

/** Every record of a project, by calls of our own: what the service says, before any of our code has read it. */
export async function readRecords({ baseUrl, projectId, companyKey }: RecordsAt): Promise<CompanyRecords> {
  const ask = async (method: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${projectId}:${companyKey}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}`);
    }
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };
  const pages = async (
    method: string,
    path: string,
    key: string,
    pageOf: (page: number) => object,
  ): Promise<unknown[]> => {
    const rows: unknown[] = [];
    for (let page = 0, isMore = true; isMore; page += 1) {
      const asked = pageOf(page);
      const query = new URLSearchParams();
      if (method === 'GET') {
        Object.entries(asked).forEach(([name, value]) => query.set(name, String(value)));
      }
      const found = (await ask(method, `${path}?${query.toString()}`, asked))[key] as readonly unknown[];
      rows.push(...found);
      isMore = found.length > 0;
    }
    return rows;
  };

  const lists: Record<string, unknown> = {
    users: await pages('POST', '/v2/mgmt/user/search', 'users', (page) => ({
      limit: 100,
      offset: page * 100,
      withTestUser: true,
    })),
  };
  for (const [name, [method, path, key]] of Object.entries(listCalls)) {
    lists[name] = (await ask(method, path, {}))[key];
  }
  for (const [name, [method, path, key]] of Object.entries(pagedCalls)) {
    lists[name] = await pages(method, path, key, (page) => ({ page, limit: 50 }));
  }
  return lists as unknown as CompanyRecords; // as the service wrote them
}
