import {
  type Controls,
  type Parameter,
  type Rule,
  ruleGroups,
  type RuleGroup,
  severities,
} from '../src/checks/rule.ts';
import { type FieldType, subjectKind, subjectNames } from '../src/checks/policy/subjects.ts';
import { policyJsonSchema } from '../src/checks/policy/schema.ts';
import { builtInRules } from '../src/checks/rules.ts';

/** A policy's own rules have no page. */
type PageGroup = Exclude<RuleGroup, 'policy'>;

const groupTitles: Readonly<Record<PageGroup, string>> = {
  people: 'People',
  power: 'Power',
  structure: 'Roles, permissions and tenants',
  'sign-on': 'Single sign-on',
  keys: 'Access keys',
  apps: 'Applications and consents',
  console: 'The console',
};

const frameworks: readonly (readonly [keyof Controls, string])[] = [
  ['soc2', 'SOC 2 (trust services criteria)'],
  ['iso27001', 'ISO/IEC 27001:2022, Annex A'],
  ['nist', 'NIST SP 800-53 Rev. 5'],
  ['owaspNhi', 'OWASP Non-Human Identities Top 10'],
];

const needWords: Readonly<Record<string, string>> = {
  time: 'when the sync was',
  ambiguous: 'the references that may mean two roles, which a sync of this program counts',
  references: 'the references that lead nowhere, which a sync of this program counts',
  inheritance: 'what tenants inherit (not with `--inheritance none`)',
  last_login: 'when users signed in last (`--last-login audit` or `history`)',
  all_configurations: 'a deployment of Descope that tells of all SSO configurations of a tenant',
  tenant_settings: 'a deployment of Descope that tells of the settings of tenants',
  scim_keys: 'a deployment of Descope that tells which keys are those of SCIM',
  consents: 'consents to third-party apps (`--include third_party_app`)',
  project: 'the console (`--include console`)',
  management_key: 'management keys (`--include console`)',
};

/** The pages of all rules below docs/rules, by their names. */
export function rulePages(): ReadonlyMap<string, string> {
  return new Map(builtInRules.map((rule) => [`${rule.id}.md`, pageOf(rule)]));
}

function pageOf({ id, title, severity, why, fix, needs, needsForNone = [], parameters = {}, controls }: Rule): string {
  const told = Object.entries(parameters);
  const names = frameworks.filter(([key]) => controls[key] !== undefined);
  const parts = [
    `# ${title}`,
    `\`${id}\` · severity \`${severity}\` · [all rules](../checks.md#rules)`,
    why,
    `**How to mend it.** ${fix}`,
    `**What it needs.** ${needsInWords(needs, needsForNone)}`,
    ...(told.length === 0
      ? []
      : [['| parameter | default | means |', '|---|---|---|', ...told.map((entry) => rowOf(...entry))].join('\n')]),
    [
      'It helps with these controls; that it finds nothing does not mean that one of them is met:',
      '',
      ...names.map(([key, name]) => `- ${name}: ${controls[key]?.join(', ')}`),
    ].join('\n'),
    `All of its findings: \`baton-descope check sync.json --rule ${id}\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

function needsInWords(needs: Rule['needs'], forNone: Rule['needs']): string {
  if (needs.length + forNone.length === 0) {
    return 'Every sync tells enough.';
  }
  const missing = 'the rule is not evaluated, which is no "passed"';
  return [
    ...(needs.length === 0 ? [] : [`${needs.map(needInWords).join('; ')}. Where that is missing, ${missing}.`]),
    ...(forNone.length === 0
      ? []
      : [
          `To say that there is nothing: ${forNone.map(needInWords).join('; ')}. Where that is missing, what is found ` +
            `counts, and where nothing is found ${missing}.`,
        ]),
  ].join(' ');
}

function needInWords(need: string): string {
  return needWords[need] ?? `\`--include ${need}\``;
}

function rowOf(name: string, { default: value, help }: Parameter): string {
  return `| \`${name}\` | ${typeof value === 'number' ? value : value.map((text) => `\`${text}\``).join(', ')} | ${help} |`;
}

/** The tables of docs/checks.md: every rule, by group and severity. */
export function rulesTables(): string {
  return ruleGroups
    .filter((group): group is PageGroup => group !== 'policy')
    .map((group) => {
      const rules = builtInRules
        .filter((rule) => rule.group === group)
        .toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
      const rows = rules.map(({ id, title, severity }) => `| [\`${id}\`](rules/${id}.md) | ${severity} | ${title} |`);
      return [`### ${groupTitles[group]}`, '', '| rule | severity | finds |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

/** The controls of each framework, and the rules that help with each. */
export function controlsTable(): string {
  const rows = frameworks.flatMap(([key, name]) => {
    const controls = [...new Set(builtInRules.flatMap(({ controls: all }) => all[key] ?? []))].toSorted();
    return controls.map((control) => {
      const ids = builtInRules.filter(({ controls: all }) => all[key]?.includes(control) === true);
      return `| ${name} | ${control} | ${ids.map(({ id }) => `[\`${id}\`](rules/${id}.md)`).join(', ')} |`;
    });
  });
  return ['| framework | control | rules that help with it |', '|---|---|---|', ...rows].join('\n');
}

function put(text: string, mark: string, table: string): string {
  return text.replace(
    new RegExp(`(?<=<!-- ${mark}: npm run docs:rules -->\\n)[^]*?(?=<!-- /${mark} -->)`),
    () => `\n${table}\n\n`,
  );
}

/** The page with the tables as the rules say them, each between its marks. */
export function withRules(page: string): string {
  return put(put(page, 'rules', rulesTables()), 'controls', controlsTable());
}

/** The page of policies with the table of what expressions can ask. */
export function withVariables(page: string): string {
  return put(page, 'variables', variablesTable());
}

const typeWords: Readonly<Record<FieldType, string>> = {
  string: 'text',
  bool: 'true or false',
  int: 'whole number',
  'list<string>': 'list of texts',
  'google.protobuf.Timestamp': 'time',
};

/** What `for` may be, and the fields of its variable. */
export function variablesTable(): string {
  const rows = subjectNames.flatMap((name) => {
    const { variable, fields, title, needs } = subjectKind(name);
    const needed = needs.map((need) => `; needs \`--include ${need}\``).join('');
    const head = `| **\`for: ${name}\`** | | ${title}${needed} |`;
    return [head].concat(
      Object.entries(fields).map(([field, { type, help, form, needs: need }]) => {
        const missing = ['time', 'days', 'left'].includes(form) ? '; may be missing' : '';
        const logins = need === 'last_login' ? '; needs `--last-login`' : '';
        return `| \`${variable}.${field}\` | ${typeWords[type]}${missing} | ${help}${logins} |`;
      }),
    );
  });
  return ['| field | is | which |', '|---|---|---|', ...rows].join('\n');
}

/** docs/policy.schema.json, for editors. */
export function policySchemaText(): string {
  return `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`;
}
