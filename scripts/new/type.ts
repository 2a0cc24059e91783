import { provisionedTemplate, provisionedTestTemplate } from './provisioned-templates.ts';
import { typeNames, type TypeOptions } from './type-names.ts';
import { descopeTestTemplate, resourceTestTemplate } from './type-test-templates.ts';
import { descopeTemplate, emulatorTemplate, resourceTemplate } from './type-templates.ts';
import type { Skeleton } from './write.ts';

/** A resource type that is listed from a whole list of Descope's, where --include asks for it. */
export function typeSkeleton(options: TypeOptions): Skeleton {
  const { isProvisioned = false } = options;
  const names = typeNames(options);
  const { one, many } = names;
  return {
    files: {
      [`src/descope/${many.file}.ts`]: descopeTemplate(names),
      [`src/resources/${one.file}.ts`]: resourceTemplate(names),
      [`src/emulator/${many.file}.ts`]: emulatorTemplate(names),
      [`test/descope/${many.file}.test.ts`]: descopeTestTemplate(names),
      [`test/resources/${one.file}.test.ts`]: resourceTestTemplate(names),
      ...(isProvisioned && {
        [`src/provisioning/${one.file}.ts`]: provisionedTemplate(names),
        [`test/provisioning/${one.file}.test.ts`]: provisionedTestTemplate(names),
      }),
    },
    insertions: [
      { path: 'src/registry.ts', list: 'registry', element: `${one.camel}Type`, from: `./resources/${one.file}.ts` },
      { path: 'src/descope/endpoints.ts', list: 'wholeLists', element: `${one.camel}List`, from: `./${many.file}.ts` },
      { path: 'src/emulator/families.ts', list: 'families', element: many.camel, from: `./${many.file}.ts` },
      ...(isProvisioned
        ? [
            {
              path: 'src/provisioning/types.ts',
              list: 'provisioned',
              element: `provisioned${one.pascal}`,
              from: `./${one.file}.ts`,
            },
          ]
        : []),
    ],
  };
}

/** What is left to do once the skeleton is written, in order. */
export function typeSteps(options: TypeOptions): readonly string[] {
  const { one, many } = typeNames(options);
  const tests = `test/descope/${many.file}.test.ts test/resources/${one.file}.test.ts`;
  return [
    `src/descope/${many.file}.ts: the fields that are used, and how each is decoded`,
    `src/emulator/${many.file}.ts: the fields of a record, the sample, what the list filters`,
    `src/resources/${one.file}.ts: words, traits, profile, the memory of a row; holders or entitlements, if it has them`,
    ...(options.isProvisioned === true
      ? [`src/provisioning/${one.file}.ts: what is granted, and by which writes`]
      : []),
    `npx vitest run ${tests}: until nothing fails`,
    `npm run manifests: baton_capabilities.json`,
    `npx vitest run test/contract -u: the pinned messages; look at what changed`,
    'docs/access-model.md, docs/docs-info.md, docs/emulator.md and CHANGELOG.md: a row or line each',
    'npm run check && npm test',
  ];
}
