import { expect } from 'vitest';
import type { Grant, Resource } from '../../src/model/messages.ts';
import type { ConnectorSurface } from '../../src/model/surface.ts';
import { followingTokens, keyOf, listGrants, type ListPage, listResources, typeIds } from './walker.ts';

/** One of many processes (or what stands for one) that answer the same sync, one after the other. */
export interface ServingProcess {
  readonly surface: ConnectorSurface;
  readonly end: () => void | Promise<void>;
}

/** A caller whose server is replaced by a new process every few calls, and who goes on with the token that it holds. */
export class ShortLived {
  calls = 0;
  processes = 0;
  #process: ServingProcess | undefined;
  readonly #start: () => ServingProcess | Promise<ServingProcess>;
  readonly #lives: () => number;
  #left = 0;

  constructor(start: () => ServingProcess | Promise<ServingProcess>, lives: () => number) {
    this.#start = start;
    this.#lives = lives;
  }

  async end(): Promise<void> {
    await this.#process?.end();
    this.#process = undefined;
  }

  async #call<T>(ask: (connector: ConnectorSurface) => Promise<ListPage<T>>): Promise<ListPage<T>> {
    if (this.#left === 0) {
      await this.end();
      this.#left = this.#lives();
      this.processes += 1;
    }
    this.#process ??= await this.#start();
    this.#left -= 1;
    this.calls += 1;
    expect(this.calls, 'the sync does not end').toBeLessThan(2_000);
    return await ask(this.#process.surface);
  }

  async all<T>(ask: (connector: ConnectorSurface, pageToken: string) => Promise<ListPage<T>>): Promise<T[]> {
    const rows: T[] = [];
    const waiting = [''];
    for (let pageToken = waiting.shift(); pageToken !== undefined; pageToken = waiting.shift()) {
      const token = pageToken;
      const page = await this.#call((connector) => ask(connector, token));
      rows.push(...page.list);
      waiting.push(...followingTokens(page));
    }
    return rows;
  }

  /** A whole sync, the types in the order in which they are listed as a rule. */
  async sync(
    pageSize = 0,
    order: readonly string[] = typeIds,
  ): Promise<{ readonly resources: Resource[]; readonly grants: Grant[] }> {
    const resources: Resource[] = [];
    const grants: Grant[] = [];
    for (const typeId of order) {
      resources.push(
        ...(await this.all((connector, pageToken) => listResources(connector, typeId, { pageToken, pageSize }))),
      );
    }
    for (const { id } of new Map(resources.map((resource) => [keyOf(resource), resource])).values()) {
      if (id !== undefined && id.resourceType !== 'user' && id.resourceType !== 'role_binding') {
        grants.push(
          ...(await this.all((connector, pageToken) =>
            listGrants(connector, id.resourceType, id.resource, { pageToken, pageSize }),
          )),
        );
      }
    }
    grants.push(
      ...(await this.all((connector, pageToken) =>
        listGrants(connector, 'role_binding', undefined, { pageToken, pageSize }),
      )),
    );
    return { resources, grants };
  }
}
