import { createHash } from 'node:crypto';
import { TextWriter } from '../model/text-writer.ts';
import type { AtomicFile } from './atomic-file.ts';

/** Bytes that are written to the disk at once. */
const chunkBytes = 256 * 1024;
/** Room behind a chunk that is nearly full; a row is rarely longer. */
const slackBytes = 64 * 1024;

/** Collects the text of a file as bytes in one buffer that is reused, and hashes it. */
export class HashedText {
  /** Where callers write the text. They call `flush` when it `isFull`. */
  readonly out = new TextWriter(chunkBytes + slackBytes);
  readonly #file: AtomicFile;
  readonly #hash = createHash('sha256');

  constructor(file: AtomicFile) {
    this.#file = file;
  }

  get isFull(): boolean {
    return this.out.length >= chunkBytes;
  }

  /** Writes the collected text to the file. */
  async flush(): Promise<void> {
    if (this.out.length > 0) {
      const bytes = this.out.written;
      this.#hash.update(bytes);
      await this.#file.writeBytes(bytes);
      this.out.clear();
    }
  }

  /** SHA-256 of all the text so far, in hex; nothing may follow. */
  async digest(): Promise<string> {
    await this.flush();
    return this.#hash.digest('hex');
  }
}
