import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Analysis } from './data/analysis.ts';
import type { RuleFindings } from './data/findings.ts';
import type { Project } from './data/project.ts';

/** What every part of the page may need. Made once; only `printing` changes. */
export interface Report {
  readonly project: Project;
  readonly analysis: Analysis;
  readonly findings: readonly RuleFindings[];
  /** True while the page is being printed: everything is shown, and nothing scrolls. */
  readonly printing: boolean;
}

/** Whether the page is being printed, for what is no part of a report alone. */
export const PrintingContext = createContext(false);

export const ReportContext = createContext<Report | undefined>(undefined);

export function useReport(): Report {
  const report = useContext(ReportContext);
  if (report === undefined) {
    throw new Error('a view outside the report');
  }
  return report;
}
