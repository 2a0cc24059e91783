// Loaded into the built program before anything else (`node --import`): writes at the end which files it loaded, which
// of Node's own parts, and with which flags it was started, to the file that LOADS names.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const files = new Set<string>();

registerHooks({
  load: (url, context, nextLoad) => {
    if (url.startsWith('file:')) {
      files.add(fileURLToPath(url));
    }
    return nextLoad(url, context);
  },
});

process.on('exit', () => {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  writeFileSync(
    process.env['LOADS'] ?? '',
    JSON.stringify({ files: [...files], parts: moduleLoadList, flags: process.execArgv }),
  );
});
