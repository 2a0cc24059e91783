import about from '../package.json' with { type: 'json' };

/** Of this program. */
export const version: string = about.version;

/**
 * Of the protocol that we speak, as the reference SDK numbers it. The Go syncer fills `active_sync_id` in later requests
 * only for a plain version of at least 0.4.3: an empty one, or one with a suffix, would switch that off.
 */
export const sdkVersion = '0.25.0';
