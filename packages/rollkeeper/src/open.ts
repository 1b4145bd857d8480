import { findFaults } from './check/diagnose.ts';
import type { Finding } from './check/finding.ts';
import { tenantOf } from './connect.ts';
import type { OpenOptions } from './connect.ts';
import { checkSettings } from './keeping.ts';
import { Keeper } from './keeper/keeper.ts';
import type { Rollkeeper } from './keeper/rollkeeper.ts';
import { settingsFaultsOnDisk } from './settings/files.ts';
import { SettingsError, settingsFaults } from './settings/read.ts';
import type { Settings } from './settings/settings.ts';
import type { Fault, Source } from './settings/variable.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';
import type { VerifyOptions } from './verification.ts';
import { verifyTenant } from './verification.ts';

export type { OpenOptions } from './connect.ts';
export type { VerifyOptions } from './verification.ts';
export type { Answer as VerifiedAnswer } from './verify/verify.ts';
export { defaultPrefix } from './web/web.ts';
export type {
  Decision,
  LookedUp,
  Rollkeeper,
  RunOptions,
  StartOptions,
} from './keeper/rollkeeper.ts';

/**
 * Opens Rollkeeper with settings under their environment names, for example `open({ ...process.env })`. The
 * environment is never read by itself. Throws `settings.invalid` with every fault before anything is contacted.
 */
export async function open(source: Source, options: OpenOptions = {}): Promise<Rollkeeper> {
  return new Keeper(await settingsOf(source, options), options);
}

async function settingsOf(source: Source, options: OpenOptions): Promise<Settings> {
  const read = await readAll(source, options);
  if ('faults' in read) throw new SettingsError(read.faults);
  return read.settings;
}

/** The settings, or all that is wrong with them: in themselves, and with the files that they name. */
async function readAll(
  source: Source,
  { credential }: OpenOptions,
): Promise<{ readonly settings: Settings } | { readonly faults: readonly Fault[] }> {
  const read = settingsFaults(source, credential === undefined ? {} : { credential });
  const onDisk = await settingsFaultsOnDisk(source);
  if ('faults' in read) return { faults: [...read.faults, ...onDisk] };
  return onDisk.length > 0 ? { faults: onDisk } : read;
}

/** Goes through every precondition of a run and yields what it finds. Settings as in `open`. */
export async function* check(source: Source, options: OpenOptions = {}): AsyncGenerator<Finding> {
  const read = await readAll(source, options);
  if ('faults' in read) {
    yield* findFaults(read.faults);
    return;
  }
  const { settings } = read;
  yield* checkSettings(settings, options, async () => await openStore(settings, options));
}

/**
 * Asks a tenant what Microsoft's documentation leaves open, by requests that only read, and resolves to a report in
 * Markdown that names nobody. Settings as in `open`; throws where there is no token, tenant or group to ask about.
 */
export async function verify(source: Source, options: VerifyOptions): Promise<string> {
  const settings = await settingsOf(source, options);
  let store: Store | undefined;
  try {
    const tenant = await tenantOf(settings, async () => {
      store = await openStore(settings, options);
      return store;
    });
    return await verifyTenant({ ...settings, tenant }, options);
  } finally {
    await store?.close();
  }
}
