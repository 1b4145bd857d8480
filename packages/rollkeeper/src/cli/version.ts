import { readFileSync } from 'node:fs';

import * as v from 'valibot';

const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

/** The version of this package. */
export const { version } = v.parse(v.object({ version: v.string() }), JSON.parse(manifest));
