import { createHash } from 'node:crypto';
import { TextWriter } from '../model/text-writer.ts';
import type { AtomicFile } from './atomic-file.ts';

/** So much is handed to the disk at once. */
const chunkBytes = 256 * 1024;
/** A row is rarely longer than this: so much fits behind a chunk that is nearly full. */
const slackBytes = 64 * 1024;

/** Text on its way into a file, gathered as bytes in one buffer that is used again, and hashed as it goes. */
export class HashedText {
  /** Where the text is put; whoever puts some calls `flush` when it `isFull`. */
  readonly out = new TextWriter(chunkBytes + slackBytes);
  readonly #file: AtomicFile;
  readonly #hash = createHash('sha256');

  constructor(file: AtomicFile) {
    this.#file = file;
  }

  get isFull(): boolean {
    return this.out.length >= chunkBytes;
  }

  /** Waits when the disk is slower than we are: what was put is in its hands when this ends. */
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
