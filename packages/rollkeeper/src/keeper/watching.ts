import type { OpenOptions } from '../connect.ts';
import { knownTenantId } from '../keeping.ts';
import { notifier } from '../observe/notify.ts';
import { tellStale } from '../run/notices.ts';
import { watchStaleness } from '../schedule/staleness.ts';
import type { Staleness } from '../schedule/staleness.ts';
import type { Settings } from '../settings/settings.ts';
import type { Stores } from './stores.ts';

interface Watching {
  readonly settings: Settings;
  readonly options: OpenOptions;
  readonly stores: Stores;
  /** Ends what is being told. */
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Watches for a success that is too old, beside the schedule; undefined: nobody wants to be told. */
export function watchSuccess({
  onError,
  options,
  settings,
  signal,
  stores,
}: Watching): Staleness | undefined {
  const { notifyUrl, staleAfterMs } = settings;
  if (notifyUrl === null || staleAfterMs === null) return undefined;
  const notify = notifier(notifyUrl, options.fetch);
  const now = options.now ?? Date.now;
  const since = now();
  const tell = async (): Promise<string | null> => {
    const store = await stores.openedForPages();
    const tenantId = await knownTenantId(settings, store);
    if (tenantId === null) return null;
    return await tellStale({ store, notify, now, staleAfterMs, since, signal }, tenantId);
  };
  return watchStaleness({ tell, staleAfterMs, onError });
}
