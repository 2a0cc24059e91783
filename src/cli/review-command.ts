import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ReviewApplyFlags } from './review-apply.ts';
import type { ReviewExportFlags } from './review-export.ts';
import type { ReviewNewFlags } from './review-new.ts';
import type { ReviewStatusFlags } from './review-status.ts';
import { addSettingOptions, connectionSettings } from './setting-options.ts';
import { addWhenOptions, fileArgument } from './shown-arguments.ts';

/** `review`: a certification of access in one file. */
export function addReviewCommand(program: Command, context: CommandContext): void {
  const review = program
    .command('review')
    .description('certify access: a page in which a reviewer decides, and what becomes of the decisions')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope review new sync.json --scope tenant:acme \\
      --reviewer rita@acme.example --out review.html
  $ baton-descope review status decisions.json
  $ baton-descope review apply decisions.json --dry-run
  $ baton-descope review export decisions.json --out review.xlsx`,
    );
  addNew(review, context);
  addStatus(review, context);
  addApply(review, context);
  addExport(review, context);
}

function addNew(review: Command, context: CommandContext): void {
  const command = review
    .command('new')
    .description('make the page of a review: a row for each holding, to keep, revoke or question')
    .addArgument(fileArgument())
    .requiredOption('--scope <scope>', 'what is reviewed: tenant:ID, role:ID or app:ID (or a name), or all')
    .requiredOption('--reviewer <who>', 'who decides, such as an email address')
    .option('--due <day>', 'the last day for it, such as 2026-12-31')
    .requiredOption('--out <file>', 'the page to write, such as review.html')
    .option('--replace-other-project', 'replace the output of another project');
  addWhenOptions(command);
  command
    .addHelpText(
      'after',
      `
The page is one file that loads nothing and connects to nothing.
It holds personal data, so it has mode 0600.

Examples:
  $ baton-descope review new sync.json --scope tenant:acme \\
      --reviewer rita@acme.example --due 2027-01-31 --out review.html
  $ baton-descope review new access.db --scope "role:Tenant Admin" \\
      --reviewer rita@acme.example --out admins.html`,
    )
    .action(async (file: string | undefined, options: ReviewNewFlags) =>
      (await import('./review-new.ts')).newReview(file, options, context),
    );
}

const decisionsHelp = 'the decisions.json that the page saved';
const resultsHelp = 'what was applied (default: decisions.results.json beside decisions.json)';

function addStatus(review: Command, context: CommandContext): void {
  review
    .command('status')
    .description('tell how far a review is: what is decided, what is open, who decides, until when')
    .argument('<file>', `${decisionsHelp}, or the page itself`)
    .option('--results <file>', resultsHelp)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope review status decisions.json
  $ baton-descope review status review.html --json`,
    )
    .action(async (file: string, options: ReviewStatusFlags) =>
      (await import('./review-status.ts')).reviewStatus(file, options, context),
    );
}

function addApply(review: Command, context: CommandContext): void {
  const command = review
    .command('apply')
    .description('revoke what was decided to be revoked, and nothing else; each is looked at first')
    .argument('<decisions>', decisionsHelp)
    .option('--review <page>', 'the page that was given out, or its hash: decisions of any other are refused')
    .option('--results <file>', `where to write ${resultsHelp}`)
    .option('--dry-run', 'show what would be revoked and refused, and send nothing')
    .option('--yes', 'without a question')
    .option('--json', 'print the results as one JSON object');
  addSettingOptions(
    command,
    ...(['inheritance', 'refuseReturning', 'include', 'applicationDefault', 'auditLog'] as const),
    ...connectionSettings,
  );
  command
    .addHelpText(
      'after',
      `
A holding that is gone is told as such. One that is not any more what was
reviewed is refused; the others go on. Running it again is harmless.

Examples:
  $ baton-descope review apply decisions.json --dry-run
  $ baton-descope review apply decisions.json --review review.html --yes \\
      --audit-log audit.jsonl`,
    )
    .action(async (decisions: string, options: ReviewApplyFlags) =>
      (await import('./review-apply.ts')).reviewApply(decisions, options, context),
    );
}

function addExport(review: Command, context: CommandContext): void {
  review
    .command('export')
    .description('write a review as a workbook to keep: who decided what, when and why, and what was applied')
    .argument('<decisions>', decisionsHelp)
    .requiredOption('--out <file>', 'the workbook to write, such as review.xlsx')
    .option('--results <file>', resultsHelp)
    .option('--replace-other-project', 'replace the output of another project')
    .addHelpText(
      'after',
      `
Examples:
  $ baton-descope review export decisions.json --out review.xlsx`,
    )
    .action(async (decisions: string, options: ReviewExportFlags) =>
      (await import('./review-export.ts')).reviewExport(decisions, options, context),
    );
}
