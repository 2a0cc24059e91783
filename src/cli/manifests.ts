import { ecosystemKey } from '../config/file-keys.ts';
import { type Setting, settings } from '../config/settings.ts';
import { capabilitiesManifest, type ConfigField, configManifest } from '../output/manifests.ts';
import { connectorMetadata } from '../services/metadata.ts';

/** `baton_capabilities.json`. */
export function capabilities(): string {
  return capabilitiesManifest({ metadata: connectorMetadata() });
}

/** `config_schema.json`. */
export function config(): string {
  return configManifest(configFields());
}

/** The settings as form fields; the key, which is no setting, stands among them as the one secret. */
function configFields(): readonly ConfigField[] {
  const asked = Object.values<Setting>(settings).filter(({ isForPlatform }) => isForPlatform !== true);
  const fields = asked.map(
    ({ env, title, help, kind, isRequired = false, isOperational = false, default: standard }) => ({
      name: ecosystemKey({ env }),
      displayName: title,
      description: help,
      kind,
      isRequired,
      isOps: isOperational,
      isSecret: false,
      defaultValue: standard,
    }),
  );
  const key: ConfigField = {
    name: 'descope-management-key',
    displayName: 'Management key',
    description:
      'a Descope management key of the project (Console > Company > Management Keys); read-only is enough for syncs',
    kind: 'text',
    isRequired: true,
    isOps: false,
    isSecret: true,
  };
  return fields.flatMap((field) => (field.name === 'descope-project-id' ? [field, key] : [field]));
}
