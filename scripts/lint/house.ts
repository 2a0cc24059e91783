// oxlint's plugin of this project, named in .oxlintrc.json.
import { join, relative, sep } from 'node:path';
import { breachesOf, misplacement } from './layers.ts';

interface Node {
  readonly type: string;
}

/** Whatever names a module: an import, a re-export, a call of `import()`, a type query. */
interface ImportingNode extends Node {
  readonly source?: Node | null;
  readonly importKind?: string;
  readonly exportKind?: string;
}

interface Context {
  readonly filename: string;
  report(finding: { readonly node: Node; readonly message: string }): void;
}

const source = join(import.meta.dirname, '../../src');

/** The layers of docs/architecture.md, at the line of the import that breaks them; type imports count. */
const layers = {
  create(context: Context) {
    const path = relative(source, context.filename).split(sep).join('/');
    const check = (node: ImportingNode): void => {
      const named = node.source;
      if (named === null || named === undefined || !('value' in named) || typeof named.value !== 'string') {
        return;
      }
      const isTypeOnly = node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type';
      for (const message of breachesOf({ path, specifier: named.value, isTypeOnly })) {
        context.report({ node: named, message });
      }
    };
    return {
      Program(node: Node): void {
        const message = misplacement(path);
        if (message !== undefined) {
          context.report({ node, message });
        }
      },
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

export default { meta: { name: 'house' }, rules: { layers } };
