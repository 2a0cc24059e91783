import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { registry } from '../../src/registry.ts';
import { runCli } from '../support/cli.ts';

interface Field {
  readonly name: string;
  readonly isSecret?: boolean;
  readonly isRequired?: boolean;
}

describe('the committed manifests', () => {
  it.each([
    ['capabilities', 'baton_capabilities.json'],
    ['config', 'config_schema.json'],
  ])(
    '`%s` prints exactly what is in %s, without any credentials (renew it with `npm run manifests`)',
    async (command, file) => {
      const committed = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

      const { code, stdout } = await runCli([command]);

      expect(code).toBe(0);
      expect(stdout).toBe(committed);
    },
  );

  it('say of every type what it can do, and which calls the key must be allowed', async () => {
    const { stdout } = await runCli(['capabilities']);

    const { resourceTypeCapabilities, connectorCapabilities, credentialDetails } = JSON.parse(stdout) as {
      readonly resourceTypeCapabilities: readonly {
        readonly resourceType: { readonly id: string };
        readonly capabilities: readonly string[];
        readonly permissions: { readonly permissions: readonly unknown[] };
      }[];
      readonly connectorCapabilities: readonly string[];
      readonly credentialDetails: object;
    };
    const provisioned = resourceTypeCapabilities
      .filter(({ capabilities }) => capabilities.includes('CAPABILITY_PROVISION'))
      .map(({ resourceType }) => resourceType.id);
    expect(stdout.startsWith('{\n  "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities"')).toBe(true);
    expect(resourceTypeCapabilities.map(({ resourceType }) => resourceType.id)).toEqual(
      registry.map(({ words }) => words.id).toSorted(),
    );
    expect(provisioned).toEqual(['application', 'role', 'role_binding', 'tenant', 'third_party_app']);
    expect(
      resourceTypeCapabilities
        .filter(({ permissions }) => permissions?.permissions === undefined)
        .map(({ resourceType }) => resourceType.id),
    ).toEqual(['finding']); // it is made of what the others read
    expect(connectorCapabilities).toEqual([
      'CAPABILITY_PROVISION',
      'CAPABILITY_ACCOUNT_PROVISIONING',
      'CAPABILITY_RESOURCE_DELETE',
      'CAPABILITY_CREDENTIAL_ROTATION',
      'CAPABILITY_CREDENTIAL_ISSUE',
      'CAPABILITY_SYNC',
      'CAPABILITY_TARGETED_SYNC',
      'CAPABILITY_ACTIONS',
      'CAPABILITY_EVENT_FEED_V2',
      'CAPABILITY_SERVICE_MODE_TARGETED_SYNC',
    ]);
    expect(credentialDetails).toEqual({
      capabilityAccountProvisioning: {
        supportedCredentialOptions: [
          'CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD',
          'CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD',
        ],
        preferredCredentialOption: 'CAPABILITY_DETAIL_CREDENTIAL_OPTION_NO_PASSWORD',
      },
      capabilityCredentialRotation: {
        supportedCredentialOptions: ['CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD'],
        preferredCredentialOption: 'CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD',
      },
    });
  });

  it('ask for the project and the key, and keep the key secret', async () => {
    const { stdout } = await runCli(['config']);

    const { fields } = JSON.parse(stdout) as { readonly fields: readonly Field[] };
    expect(fields.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual([
      'descope-project-id',
      'descope-management-key',
    ]);
    expect(fields.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(['descope-management-key']);
  });
});
