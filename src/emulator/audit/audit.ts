import { defineFamily } from '../family.ts';
import { createAuditLog } from './log.ts';
import { auditEndpoints } from './endpoints.ts';
import type { AuditEntry } from './records.ts';
import { auditSample, listSeeds } from './sample.ts';
import { auditSwitches } from './switches.ts';

/** The audit log of the project. */
export const audit = defineFamily({
  name: 'audit',
  switches: auditSwitches,
  sample: auditSample,
  create(host, { seeds = [], switches }) {
    const log = createAuditLog(host, switches);
    listSeeds(log, host, seeds);
    return {
      state: log,
      endpoints: auditEndpoints(log, host, switches),
      controls: {
        auditRecords: () => log.all(),
        /** Writes a record, also one of the past or of the future. */
        addAuditRecord: (entry: AuditEntry) => log.append(entry),
      },
    };
  },
});
