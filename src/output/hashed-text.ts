import { createHash } from 'node:crypto';
import type { AtomicFile } from './atomic-file.ts';

/** So much is handed to the disk at once. */
const chunkBytes = 256 * 1024;
/** UTF-8 takes at most three bytes for a unit of a string. */
const bytesPerUnit = 3;

/** Text on its way into a file, gathered as bytes in one buffer that is used again, and hashed as it goes. */
export class HashedText {
  readonly #file: AtomicFile;
  readonly #hash = createHash('sha256');
  readonly #chunk = Buffer.allocUnsafeSlow(chunkBytes);
  #used = 0;

  constructor(file: AtomicFile) {
    this.#file = file;
  }

  /** Whether `add` may be called for this text; `flush` makes room. */
  hasRoom(text: string): boolean {
    return this.#used + text.length * bytesPerUnit <= chunkBytes;
  }

  /** Text for which there is room. */
  add(text: string): void {
    this.#used += this.#chunk.write(text, this.#used, 'utf8');
  }

  /** Any text; waits when the disk is slower than we are. */
  async put(text: string): Promise<void> {
    if (!this.hasRoom(text)) {
      await this.flush();
    }
    if (this.hasRoom(text)) {
      this.add(text);
    } else {
      await this.#write(Buffer.from(text, 'utf8'));
    }
  }

  async flush(): Promise<void> {
    if (this.#used > 0) {
      const bytes = this.#chunk.subarray(0, this.#used);
      await this.#write(bytes);
      this.#used = 0;
    }
  }

  /** SHA-256 of all the text so far, in hex; nothing may follow. */
  async digest(): Promise<string> {
    await this.flush();
    return this.#hash.digest('hex');
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    await this.#file.writeBytes(bytes);
  }
}
