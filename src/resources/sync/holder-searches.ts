import type { DescopeClient } from '../../descope/client.ts';
import type { RequestObserver } from '../../descope/http/call.ts';
import { createUserRead } from '../../descope/users/user-read.ts';
import { compare } from '../../model/order.ts';
import type { Holding } from '../../access/holding.ts';
import { filterOf, type Holders, isHeldBy, listedHolders, type UserHolding } from './holders.ts';
import { singleFlight } from './single-flight.ts';

/** The filtered searches of a targeted sync, which must not read everybody to answer for one resource. */
export class HolderSearches {
  readonly #client: Pick<DescopeClient, 'searchUsers'>;
  readonly #onRequest: RequestObserver;
  readonly #searches = new Map<string, (signal?: AbortSignal) => Promise<Holders>>();
  readonly #heldOnes = new Map<string, (signal?: AbortSignal) => Promise<boolean>>();
  #bytes = 0;

  constructor(client: Pick<DescopeClient, 'searchUsers'>, onRequest: RequestObserver) {
    this.#client = client;
    this.#onRequest = onRequest;
  }

  /** About how much memory what was found takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The users who hold something, searched once however many pages they fill; each record that is found is checked. */
  async find(holding: UserHolding, signal?: AbortSignal): Promise<Holders> {
    const key = JSON.stringify(filterOf(holding));
    const search = this.#searches.get(key) ?? singleFlight((stop) => this.#search(holding, stop));
    this.#searches.set(key, search);
    return await search(signal);
  }

  /** Whether some user holds something: by one row, or, where that row does not, by all that the search finds. */
  async isHeld(holding: Holding, signal?: AbortSignal): Promise<boolean> {
    const key = JSON.stringify(holding);
    const ask = this.#heldOnes.get(key) ?? singleFlight((stop) => this.#ask(holding, stop));
    this.#heldOnes.set(key, ask);
    return await ask(signal);
  }

  async #ask(holding: Holding, signal: AbortSignal): Promise<boolean> {
    const query = { ...filterOf(holding), limit: 1, offset: 0 };
    const { users, total } = await this.#client.searchUsers(query, { signal, onRequest: this.#onRequest });
    this.#bytes += 200;
    if (users.some((user) => isHeldBy(user, holding))) {
      return true;
    }
    return (users.length > 0 || total > 0) && (await this.find(holding, signal)).count > 0;
  }

  async #search(holding: UserHolding, signal: AbortSignal): Promise<Holders> {
    const read = createUserRead(
      { search: (query, call) => this.#client.searchUsers(query, call), filter: filterOf(holding) },
      this.#onRequest,
    );
    const userIds = new Set<string>();
    for (let batch = await read.next(signal); batch !== undefined; batch = await read.next(signal)) {
      for (const user of batch.users.filter((found) => isHeldBy(found, holding))) {
        userIds.add(user.userId);
      }
    }
    const found = listedHolders([...userIds].sort(compare));
    this.#bytes += found.bytes;
    return found;
  }
}
