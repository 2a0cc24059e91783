import type { TypeNames } from './type-names.ts';

/** What can be changed on the type: until somebody writes it, whoever asks is told that nothing can. */
export function provisionedTemplate({ one, many }: TypeNames): string {
  return `import type { RefusedType } from './provisioned-type.ts';

/** Who holds ${one.one}. A type that can be changed is a \`ProvisionedType\`: \`tenant.ts\` beside it is the shortest. */
export const provisioned${one.pascal}: RefusedType = {
  typeId: '${one.id}',
  slugs: [],
  refusal: '${many.words} are changed in Descope only',
};
`;
}

/** A test that fails until what can be changed is written. */
export function provisionedTestTemplate({ one }: TypeNames): string {
  return `import { describe, expect, it } from 'vitest';
import { provisioningOf, writeRightsOf } from '../../src/provisioning/types.ts';

describe('${one.one} that can be changed', () => {
  it('says which entitlements, and which calls the management key needs for them', () => {
    const why = 'write what is granted, and by which writes, into src/provisioning/${one.file}.ts, and say it here';

    expect(provisioningOf('${one.id}'), why).toHaveProperty('entitlements');
    expect(writeRightsOf('${one.id}'), why).not.toEqual([]);
  });
});
`;
}
