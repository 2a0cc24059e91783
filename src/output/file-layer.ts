import { open, rename, rm } from 'node:fs/promises';

/** A file that is open. Each operation may fail as the disk does. */
export interface OpenFile {
  /** Appends some of the bytes, and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Forces what was written to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The operations that a crash-safe file is made of: the real ones, or in tests ones that fail when they are told to. */
export interface FileLayer {
  /** `wx` creates a file that must not be there, mode 0600; `r` opens a folder or file to force it to the disk. */
  open(path: string, flags: 'wx' | 'r'): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Takes a file away; it need not be there. */
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
