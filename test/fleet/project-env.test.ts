import { expect, it } from 'vitest';
import type { FleetProject } from '../../src/fleet/fleet.ts';
import { projectEnv } from '../../src/fleet/project-env.ts';
import { Secret } from '../../src/secret.ts';
import { hourlyFleet } from '../support/fleet-simulation.ts';

it('the surroundings of one project have no key of another, wherever the fleet has it from, and none where none is asked for', () => {
  const [first, second] = hourlyFleet(2, {}, (place) => ({ key: { env: `KEY_OF_{name}_${place}` } })).projects;
  const env = { PATH: '/bin', KEY_OF_P0_0: 'of the first', KEY_OF_P1_1: 'of the second' };
  const key = { DESCOPE_MANAGEMENT_KEY: new Secret('of the first') };

  expect(Object.values(projectEnv(first as FleetProject, key, env))).not.toContain('of the second');
  expect(projectEnv(first as FleetProject, key, env)).toMatchObject({
    PATH: '/bin',
    DESCOPE_MANAGEMENT_KEY: 'of the first',
  });
  const told = Object.values(projectEnv(second as FleetProject, undefined, env));
  expect(told.filter((value) => value.startsWith('of the'))).toEqual([]);
});

it('the surroundings of one project have its settings and its key, and nothing of another setup', () => {
  const [project] = hourlyFleet(1, {}, () => ({
    'base-url': 'https://api.example',
    include: ['access_key', 'application'],
    settings: { 'max-shrink': 5 },
  })).projects;
  const env = {
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy.example:3128',
    BATON_INCLUDE: 'console',
    BATON_FLEET_ENGINE: 'postgres://user:password@db.example/fleet',
    DESCOPE_MANAGEMENT_KEY: 'of another project',
    DESCOPE_COMPANY_MANAGEMENT_KEY: 'of the company',
    BATON_CONFIG: 'other.yaml',
    PGPASSWORD: 'of the database',
    PGPASSFILE: '/etc/pgpass',
  };

  expect(projectEnv(project as FleetProject, { DESCOPE_MANAGEMENT_KEY: new Secret('its own key') }, env)).toEqual({
    PATH: '/bin',
    HTTPS_PROXY: 'http://proxy.example:3128',
    BATON_DESCOPE_PROJECT_ID: 'P0',
    BATON_DESCOPE_BASE_URL: 'https://api.example',
    BATON_INCLUDE: 'access_key,application',
    BATON_DESCOPE_MAX_SHRINK: '5',
    BATON_LOG_FORMAT: 'json',
    DESCOPE_MANAGEMENT_KEY: 'its own key',
  });
});

it('what works on a store, and reads nothing of Descope, knows how PostgreSQL is reached', () => {
  const [project] = hourlyFleet(1).projects;
  expect(projectEnv(project as FleetProject, undefined, { PGPASSWORD: 'of the database' })).toMatchObject({
    PGPASSWORD: 'of the database',
  });
});

it('the surroundings of one project have no credentials of a bucket, its own or those of others', () => {
  const s3 = (env?: object): object => ({ outputs: { s3: { bucket: 'acme', ...(env && { credentials: { env } }) } } });
  const { projects } = hourlyFleet(2, {}, (place) => s3(place === 0 ? undefined : { id: 'ID1', secret: 'SECRET1' }));
  const env = {
    PATH: '/bin',
    ID1: 'a',
    SECRET1: 'b',
    AWS_ACCESS_KEY_ID: 'c',
    AWS_SECRET_ACCESS_KEY: 'd',
    AWS_SESSION_TOKEN: 'e',
  };

  projects.forEach((project) => {
    expect(Object.values(projectEnv(project, undefined, env)).filter((value) => value.length === 1)).toEqual([]);
  });
  const without = hourlyFleet(1).projects[0] as FleetProject;
  expect(projectEnv(without, undefined, env)).toMatchObject({ AWS_ACCESS_KEY_ID: 'c' });
});
