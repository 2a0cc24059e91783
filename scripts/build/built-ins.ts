import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import type { Plugin } from 'rolldown';

const prefix = '\0built-in:';

/**
 * Takes Node's own modules from `process.getBuiltinModule` instead of importing them. An import reads every property
 * that a module has, in case somebody imports it by name, and some are made only when they are read: importing
 * `node:http` loads all of fetch, importing `node:tls` writes out all root certificates.
 */
export const lazyBuiltIns: Plugin = {
  name: 'lazy-built-ins',
  resolveId: {
    filter: { id: /^(?:node:)?[a-z]/ },
    handler: (id, importer = '', { kind }) => {
      if (!isBuiltin(id) || kind !== 'import-statement' || importer.startsWith('\0')) {
        return undefined; // a call of require reads nothing but what it is asked for
      }
      // One for each importer, so that it comes to lie where its importer does, and reads only what that one needs.
      return { id: `${prefix}${id}?${relative('.', importer)}`, moduleSideEffects: false };
    },
  },
  load: {
    filter: { id: /^\0built-in:/ },
    handler: (id) => sourceOf(id.slice(prefix.length, id.indexOf('?'))),
  },
};

function sourceOf(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter(
    (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default',
  );
  return [
    `const builtIn = process.getBuiltinModule(${JSON.stringify(name)});`,
    'export default builtIn;',
    ...names.map((key) => `export const ${key} = /* @__PURE__ */ (() => builtIn.${key})();`), // a name that nobody imports is left out
  ].join('\n');
}
