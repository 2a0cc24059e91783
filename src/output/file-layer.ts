import { open, rename, rm } from 'node:fs/promises';

/** An open file. Each operation may fail with an error of the file system. */
export interface OpenFile {
  /** Appends some of the bytes, and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Forces what was written to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The operations that writing a crash-safe file needs. Tests replace them by operations that fail on request. */
export interface FileLayer {
  /** `wx` creates a file that must not be there, mode 0600; `r` opens a folder or file to force it to the disk. */
  open(path: string, flags: 'wx' | 'r'): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; it need not be there. */
  rm(path: string): Promise<void>;
}

export const realFiles: FileLayer = {
  open: async (path, flags) => {
    const handle = await open(path, flags, 0o600);
    return {
      write: async (bytes) => (await handle.write(bytes)).bytesWritten,
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename,
  rm: (path) => rm(path, { force: true }),
};
