import { z } from 'zod';
import type { Setting } from './setting.ts';
import { wholeNumber } from './setting-schemas.ts';

/** What service mode takes besides: who we are to the platform that we dial, and how tasks are done. */
export const serviceSettings = {
  clientId: {
    flag: '--client-id <id>',
    env: ['BATON_CLIENT_ID'],
    title: 'Client ID',
    kind: 'text',
    isOperational: true,
    isForPlatform: true,
    help: 'the client id that the platform gave this connector; together with the secret it makes service mode',
    schema: z.string(),
  },
  clientSecretFile: {
    flag: '--client-secret-file <file>',
    env: ['BATON_CLIENT_SECRET_FILE'],
    title: 'Client secret file',
    kind: 'text',
    isOperational: true,
    isForPlatform: true,
    help: 'the file that holds the client secret, read again for each token; else the secret comes from BATON_CLIENT_SECRET',
    schema: z.string(),
  },
  c1CaFile: {
    flag: '--c1-ca-file <file>',
    env: ['BATON_C1_CA_FILE'],
    title: 'CA file of the platform',
    kind: 'text',
    isOperational: true,
    isForPlatform: true,
    help: 'certificates (PEM) of CAs to trust towards the platform besides the usual ones',
    schema: z.string(),
  },
  taskConcurrency: {
    flag: '--task-concurrency <n>',
    env: ['BATON_TASK_CONCURRENCY'],
    title: 'Tasks at once',
    kind: 'number',
    isOperational: true,
    isForPlatform: true,
    help: 'how many tasks of the platform are worked on at once, 1 to 100; one sync at a time whatever it is',
    default: '3',
    schema: wholeNumber(1, 100),
  },
  c1zTempDir: {
    flag: '--c1z-temp-dir <folder>',
    env: ['BATON_C1Z_TEMP_DIR'],
    title: 'Folder for syncs under way',
    kind: 'text',
    isOperational: true,
    isForPlatform: true,
    help: 'where syncs are written before they are uploaded; else the folder for temporary files of the system',
    schema: z.string(),
  },
  stateDir: {
    flag: '--state-dir <folder>',
    env: ['BATON_STATE_DIR'],
    title: 'State folder',
    kind: 'text',
    isOperational: true,
    isForPlatform: true,
    help: 'where it is kept how much the last uploaded sync held, so that one that lost too much is held back after a restart, too',
    schema: z.string(),
  },
} as const satisfies Record<string, Setting>;
