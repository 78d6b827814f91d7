import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The folder with large reference data, beside the checkout or where HALOCLINE_SHARED says. */
export const shared: URL =
  process.env['HALOCLINE_SHARED'] === undefined
    ? new URL('../../../../shared/', import.meta.url)
    : pathToFileURL(`${process.env['HALOCLINE_SHARED']}/`);

/** Why tests on that data are skipped, as the end of their name; empty when the data is there. */
export const SHARED_ABSENT: string = existsSync(shared) ? '' : ' (skipped: no folder "shared" beside the checkout)';
