import { showReport } from './app.tsx';
import { DataError, decodeProject } from './data/decode.ts';

/** The page's data: base64, gzip, then the format of `answers/report-format.ts`. */
async function load(): Promise<Uint8Array> {
  const text = document.querySelector('#data')?.textContent.trim() ?? '';
  const zipped = fromBase64(text);
  try {
    return new Uint8Array(
      await new Response(new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer(),
    );
  } catch {
    throw new DataError('The data in this page is damaged. Make the report again.');
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    if (canDecode(Uint8Array)) {
      return Uint8Array.fromBase64(text);
    }
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < characters.length; at++) {
      bytes[at] = characters.charCodeAt(at);
    }
    return bytes;
  } catch {
    throw new DataError('The data in this page is damaged. Make the report again.');
  }
}

/** Browsers of 2025 and later decode base64 themselves, several times faster. */
function canDecode(type: object): type is { fromBase64(text: string): Uint8Array<ArrayBuffer> } {
  return 'fromBase64' in type;
}

async function start(root: HTMLElement): Promise<void> {
  try {
    showReport(decodeProject(await load()), root);
    document.documentElement.dataset['ready'] = 'yes';
  } catch (thrown) {
    root.textContent =
      thrown instanceof DataError
        ? thrown.message
        : 'This page could not be shown: its data is damaged, or the browser is too old.';
    root.className = 'failed';
    document.documentElement.dataset['ready'] = 'failed';
    if (!(thrown instanceof DataError)) {
      throw thrown;
    }
  }
}

const root = document.querySelector<HTMLElement>('#report');
if (root !== null) {
  void start(root);
}
