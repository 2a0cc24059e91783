import { DataError } from './data/decode.ts';

/** Shows what a page holds, or says why it cannot. `what` is the command that makes such a page. */
export async function startPage(what: string, show: (bytes: Uint8Array, root: HTMLElement) => void): Promise<void> {
  const root = document.querySelector<HTMLElement>('#report');
  if (root === null) {
    return;
  }
  try {
    show(await loadData(what), root);
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

/** The data in a page, which is base64 of gzip. `what` is the command that makes such a page. */
async function loadData(what: string): Promise<Uint8Array> {
  const text = document.querySelector('#data')?.textContent.trim() ?? '';
  const zipped = fromBase64(text, what);
  try {
    return new Uint8Array(
      await new Response(new Blob([zipped]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer(),
    );
  } catch {
    throw damaged(what);
  }
}

function fromBase64(text: string, what: string): Uint8Array<ArrayBuffer> {
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
    throw damaged(what);
  }
}

/** Browsers of 2025 and later decode base64 themselves, several times faster. */
function canDecode(type: object): type is { fromBase64(text: string): Uint8Array<ArrayBuffer> } {
  return 'fromBase64' in type;
}

function damaged(what: string): DataError {
  return new DataError(`The data in this page is damaged. Make the ${what} again.`);
}
