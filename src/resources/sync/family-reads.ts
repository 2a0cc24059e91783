import { endpointLabel } from '../../descope/http/endpoint.ts';
import type { TenantAnswer, TenantCall } from '../../descope/tenant-call.ts';
import { ConnectorError } from '../../errors.ts';
import { quoted } from '../../printable.ts';
import type { Offer, TenantFamily } from './tenant-family.ts';

export interface FamilyReadsOptions<Row> {
  readonly ask: (call: TenantCall<Row>, tenantId: string, signal: AbortSignal) => Promise<TenantAnswer<Row>>;
  /** Whether a tenant that was refused is there no longer. */
  readonly isGone: (tenantId: string, signal: AbortSignal) => Promise<boolean>;
}

/** Descope's code for a tenant that is not there; its status is not published. */
const tenantNotFound = 'E112202';

/** Whether a refusal means that the deployment lacks the call; else it has the call, and refuses this tenant. */
export function isCallMissing({ facts }: ConnectorError): boolean {
  return facts['status'] === 404 && facts['code'] !== tenantNotFound;
}

/**
 * What one sync reads of one family, tenant by tenant. Which of its calls the deployment has is decided by the first
 * tenant that answers, whom the others wait for: an old deployment is asked in vain once, not once a tenant.
 */
export class FamilyReads<Row> {
  readonly #family: TenantFamily<Row>;
  readonly #options: FamilyReadsOptions<Row>;
  readonly #calls: readonly TenantCall<Row>[];
  readonly #rows = new Map<string, Row | undefined>();
  readonly #pending = new Map<string, Promise<Row | undefined>>();
  /** The calls that are asked: all while nothing is decided, then one, or none. */
  #offered: readonly TenantCall<Row>[];
  #isDecided = false;
  #deciding: Promise<unknown> | undefined;
  #bytes = 0;

  constructor(family: TenantFamily<Row>, options: FamilyReadsOptions<Row>) {
    this.#family = family;
    this.#options = options;
    this.#calls = family.calls();
    this.#offered = this.#calls;
  }

  get offer(): Offer {
    if (!this.#isDecided) {
      return 'unknown';
    }
    const [call] = this.#offered;
    return call === undefined ? 'not-offered' : call === this.#calls[0] ? 'offered' : 'limited';
  }

  get bytes(): number {
    return this.#bytes;
  }

  isRead(tenantId: string): boolean {
    return this.#rows.has(tenantId);
  }

  known(tenantId: string): Row | undefined {
    return this.#rows.get(tenantId);
  }

  /** Asks once for all who want it; a failure is forgotten, so that the next one asks again. */
  read(tenantId: string, signal: AbortSignal): Promise<Row | undefined> {
    if (this.#rows.has(tenantId)) {
      return Promise.resolve(this.#rows.get(tenantId));
    }
    const known = this.#pending.get(tenantId);
    if (known !== undefined) {
      return known;
    }
    const pending: Promise<Row | undefined> = this.#load(tenantId, signal).then(
      (row) => {
        if (this.#pending.get(tenantId) === pending) {
          this.#pending.delete(tenantId);
          this.#rows.set(tenantId, row);
          this.#bytes += 200 + (row === undefined ? 0 : this.#family.bytesOf(row));
        }
        return row;
      },
      (thrown: unknown) => {
        if (this.#pending.get(tenantId) === pending) {
          this.#pending.delete(tenantId);
        }
        throw thrown;
      },
    );
    this.#pending.set(tenantId, pending);
    return pending;
  }

  /** Forgets what is under way. */
  drop(): void {
    this.#pending.clear();
    this.#deciding = undefined;
  }

  async #load(tenantId: string, signal: AbortSignal): Promise<Row | undefined> {
    while (!this.#isDecided && this.#deciding !== undefined) {
      await this.#deciding;
    }
    const answer = this.#ask(tenantId, signal);
    if (!this.#isDecided) {
      const deciding: Promise<unknown> = answer.then(
        () => this.#endDeciding(deciding),
        () => this.#endDeciding(deciding),
      );
      this.#deciding = deciding;
    }
    return await answer;
  }

  #endDeciding(deciding: Promise<unknown>): void {
    if (this.#deciding === deciding) {
      this.#deciding = undefined;
    }
  }

  async #ask(tenantId: string, signal: AbortSignal): Promise<Row | undefined> {
    let refusal: ConnectorError | undefined;
    for (const call of this.#offered) {
      const answered = await this.#options.ask(call, tenantId, signal);
      if ('answer' in answered) {
        this.#decide([call]);
        return answered.answer;
      }
      ({ refusal } = answered);
      if (!isCallMissing(refusal)) {
        break; // the deployment has the call, and refuses this tenant
      }
    }
    return refusal === undefined ? undefined : await this.#refused(refusal, tenantId, signal);
  }

  async #refused(refusal: ConnectorError, tenantId: string, signal: AbortSignal): Promise<undefined> {
    const { status, code } = refusal.facts;
    const isOfTenant = code === tenantNotFound;
    if (this.#family.isExtra === true && !this.#isDecided && !isOfTenant) {
      this.#decide([]);
      return undefined;
    }
    if (await this.#options.isGone(tenantId, signal)) {
      return undefined;
    }
    if (status === 404 && !isOfTenant && !this.#isDecided) {
      this.#decide([]);
      return undefined;
    }
    const where = quoted(tenantId);
    if (isOfTenant) {
      throw new ConnectorError(
        'inconsistent',
        `Descope lists tenant ${where} and says that it is not there (${refusal.message}); run the sync again`,
        refusal.facts,
      );
    }
    const label = this.#calls[0] === undefined ? this.#family.name : endpointLabel(this.#calls[0].endpoint);
    throw new ConnectorError(
      'upstream-contract',
      `tenant ${where} is there, and ${label} does not answer for it: ${refusal.message}`,
      refusal.facts,
    );
  }

  #decide(offered: readonly TenantCall<Row>[]): void {
    if (!this.#isDecided) {
      this.#isDecided = true;
      this.#offered = offered;
    }
  }
}
