import type { ReportCertificate, ReportConfiguration } from '../../answers/report-format.ts';
import { timeOf } from './days.ts';
import type { Project } from './project.ts';

/** When each certificate of a configuration ends, in words. */
export function certificateEnds(project: Project, { certificates: all }: ReportConfiguration): string[] {
  return all.map((certificate) => endInWords(certificate, daysLeft(certificate, timeOf(project))));
}

/** Not a number for a certificate that could not be parsed. */
function daysLeft({ notAfter }: ReportCertificate, now: number): number {
  return Math.floor((Date.parse(notAfter) - now) / 86_400_000);
}

function endInWords({ notAfter }: ReportCertificate, days: number): string {
  if (Number.isNaN(days)) {
    return 'cannot be parsed';
  }
  const day = notAfter.slice(0, 10);
  return days < 0 ? `expired on ${day}` : `ends on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
}
