import process from 'node:process';

/**
 * Draws the random worlds of all properties from PROPERTY_SEED, a hexadecimal number, where it is set: `.ci/run` takes it
 * of the files that are tried, so whoever runs it on the same files tries the same worlds.
 */
const seed = process.env['PROPERTY_SEED'];
if (seed !== undefined && seed !== '') {
  const { configureGlobal } = await import('fast-check'); // it takes a moment, which few files need
  configureGlobal({ seed: Number.parseInt(seed, 16) | 0 });
}
