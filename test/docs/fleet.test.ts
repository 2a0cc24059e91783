import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fleetPlan, withPlan } from '../../scripts/fleet-plan.ts';
import { chartFiles, fleetSchemaText } from '../../scripts/fleet-schema.ts';
import { parseBaseUrl, parseProjectId } from '../../src/descope/base-url.ts';
import { readFleet } from '../../src/fleet/fleet.ts';
import { pages, root } from './pages.ts';

const schema = readFileSync(join(root, 'docs', 'fleet.schema.json'), 'utf8');
const isValid = new Ajv({ strict: false }).compile(JSON.parse(schema) as object);

describe('docs/fleet.schema.json', () => {
  it('is what the reader of a fleet file goes by (npm run docs:fleet)', () => {
    expect(schema).toBe(fleetSchemaText());
  });

  it('refuses what the reader refuses by form', () => {
    expect(isValid({ version: 1, projects: [{ id: 'P1', shedule: {} }] })).toBe(false);
    expect(isValid({ version: 1, projects: [] })).toBe(false);
  });
});

describe('docs/fleet-plan.md', () => {
  it('has the tables that the figures of docs/performance.md give (npm run docs:fleet)', () => {
    const { text } = pages().find(({ path }) => path === 'docs/fleet-plan.md') ?? { text: '' };
    const tables = fleetPlan();

    expect(text).toContain(tables);
    expect(withPlan(text.replace(tables, 'something else\n'))).toBe(text);
  });

  it('says of each fleet that so many workers begin all slots within a minute', () => {
    const rows = fleetPlan()
      .split('\n')
      .filter((line) => line.startsWith('| simulated day'));
    const late = [...(rows[1] ?? '').matchAll(/(\d+) s(?= \|)/g)].map(([, seconds]) => Number(seconds));

    expect(rows[0]).toMatch(/(?:, 0 \|?[^|]*){3}/);
    expect(late).toHaveLength(3);
    expect(late.filter((seconds) => seconds > 60)).toEqual([]);
  });
});

describe('the Helm chart', () => {
  it.each(chartFiles())('has in $path what its source says (npm run docs:fleet)', ({ path, text }) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });
});

describe('the fleet files that docs/fleet*.md show', () => {
  const blocks = pages()
    .filter(({ path }) => /^docs\/(?:fleet[^/]*|webhooks)\.md$/.test(path))
    .flatMap(({ text }) => [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, code = '']) => code))
    .filter((code) => code.startsWith('version:'));

  it('are there', () => expect(blocks.length).toBeGreaterThan(0));

  it.each(blocks)('are taken by the reader, and by the schema: %s', (code) => {
    expect(readFleet('fleet.yaml', code, { projectId: parseProjectId, baseUrl: parseBaseUrl }).projects).not.toEqual(
      [],
    );
    expect(isValid(parse(code)), JSON.stringify(isValid.errors)).toBe(true);
  });
});
