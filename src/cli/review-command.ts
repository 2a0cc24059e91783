import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { ReviewNewFlags } from './review-new.ts';
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
      --reviewer rita@acme.example --out review.html`,
    );
  addNew(review, context);
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
