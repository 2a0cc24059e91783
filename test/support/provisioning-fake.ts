import type { AuditEntry } from '../../src/provisioning/audit.ts';
import { createProvisioner, type Provisioner, type ProvisionerOptions } from '../../src/provisioning/provisioner.ts';
import { asClient, DescopeModel, type ModelRequest, type Rows } from './descope-model.ts';

/** A model of a project behind the provisioner. */
export class FakeProject extends DescopeModel {
  readonly provisioner: Provisioner;
  readonly slept: number[] = [];
  /** How attempts ended. */
  readonly audit: AuditEntry[] = [];
  /** What was written down before something was sent. */
  readonly intents: AuditEntry[] = [];

  constructor(rows: Partial<Rows>, options: Partial<ProvisionerOptions>) {
    super({ rows });
    this.provisioner = createProvisioner({
      client: asClient(this),
      audit: async (entry) => void (entry.outcome === 'intended' ? this.intents : this.audit).push(entry),
      now: () => this.nowMs,
      sleep: async (ms) => void this.slept.push(ms),
      ...options,
    });
  }

  /** Every request so far, in words: "tenants", "load", "add acme/Editor". */
  get calls(): readonly string[] {
    return this.requests.map(wordsOf);
  }

  get requestIds(): ReadonlySet<string | undefined> {
    return new Set(this.requests.map(({ requestId }) => requestId));
  }
}

export function createFakeProject(rows: Partial<Rows>, options: Partial<ProvisionerOptions> = {}): FakeProject {
  return new FakeProject(rows, options);
}

function wordsOf({ endpoint, change, keyChange, id }: ModelRequest): string {
  if (change !== undefined) {
    return `${change.operation} ${change.appId ?? `${change.tenantId}/${change.roleName ?? ''}`}`;
  }
  if (keyChange !== undefined) {
    return `update ${JSON.stringify(keyChange.lists)}`;
  }
  if (endpoint === 'deleteConsent') {
    return `delete ${id}`;
  }
  return ['loadForWrite', 'loadKey'].includes(endpoint) ? 'load' : endpoint.replace(/^all/, '').toLowerCase();
}
