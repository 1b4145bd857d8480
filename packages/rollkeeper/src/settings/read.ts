import type { DeletionThreshold } from '../decide/threshold.ts';
import { RollkeeperError } from '../directory/error.ts';
import { clouds } from './clouds.ts';
import { extraFaults, withoutFaults } from './attributes.ts';
import { durationForm, readDuration } from './duration.ts';
import { readCredential } from './credential.ts';
import { misspellings } from './misspelling.ts';
import { readPages } from './pages.ts';
import { guid, readScope } from './scope.ts';
import type { Cloud, Settings, TokenCredential } from './settings.ts';
import { checkUrl, databaseFault } from './url.ts';
import { readWatch } from './watch.ts';
import type { Fault, Source, Variable } from './variable.ts';
import { find, findEither, listOf } from './variable.ts';

export interface Given {
  /** Replaces the credential that the settings would have to name. */
  readonly credential?: TokenCredential;
}

/** `settings.invalid` with every fault as data; the message lists them all. */
export class SettingsError extends RollkeeperError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(
      ({ variable, fault, remedy }) => `\n- ${variable} ${fault}. ${remedy}`,
    );
    const title =
      faults.length === 1
        ? 'The settings have a fault:'
        : `The settings have ${faults.length} faults:`;
    super('settings.invalid', `${title}${lines.join('')}`, {
      remedy: 'Correct what is listed and run again.',
      facts: { variables: faults.map(({ variable }) => variable) },
    });
    this.faults = faults;
  }
}

/** The settings, all checked. Throws a `SettingsError` that lists every fault. Pure. */
export function readSettings(source: Source, given: Given = {}): Settings {
  const outcome = settingsFaults(source, given);
  if ('settings' in outcome) return outcome.settings;
  throw new SettingsError(outcome.faults);
}

/** The settings, or everything that is wrong with them. Pure: files are not looked at. */
export function settingsFaults(
  source: Source,
  given: Given = {},
): { readonly settings: Settings } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = [...misspellings(source)];
  const reading = new Reading(source, faults);
  const credential = readCredential(source, given.credential);
  if ('fault' in credential) faults.push(credential);
  const scope = readScope(source);
  if (!('kind' in scope)) faults.push(...scope);
  const cloud = reading.choice('MSGRAPH_CLOUD', cloudNames, 'global');
  const disabledUsers = reading.choice('MSGRAPH_DISABLED_USERS', ['keep', 'remove'], 'keep');
  const extra = find(source, 'MSGRAPH_EXTRA_ATTRIBUTES');
  const without = find(source, 'MSGRAPH_WITHOUT_ATTRIBUTES');
  faults.push(...extraFaults(extra), ...withoutFaults(without, disabledUsers));
  const levels = ['off', 'debug', 'info', 'warn', 'error'] as const;
  const logLevel = reading.choice('ROLLKEEPER_LOG_LEVEL', levels, 'off');
  const rest = {
    tenant: reading.tenant(given.credential !== undefined),
    applicationId: reading.applicationId(given.credential !== undefined),
    membership: reading.choice('MSGRAPH_MEMBERSHIP', ['transitive', 'direct'], 'transitive'),
    groupsToKeep: listOf(find(source, 'MSGRAPH_GROUPS_TO_KEEP')),
    disabledUsers,
    extraAttributes: listOf(extra),
    withoutAttributes: listOf(without),
    cloud,
    graphUrl: reading.graphUrl(clouds[cloud].graph),
    loginUrl: reading.url('MSGRAPH_LOGIN_URL') ?? clouds[cloud].login,
    database: reading.database(),
    databaseSchema: reading.databaseSchema(),
    deletionThreshold: reading.threshold(),
    purgeAfterMs: reading.purgeAfter(),
    logLevel: logLevel === 'off' ? null : logLevel,
    timeZone: reading.timeZone(),
    url: reading.siteUrl(),
    ...readWatch(source, faults),
    ...readPages(source, faults),
  };
  if (faults.length > 0 || 'fault' in credential || !('kind' in scope)) return { faults };
  return { settings: { ...rest, credential, scope } };
}

/** The settings of the database alone. Throws a `SettingsError` that lists every fault. Pure. */
export function readDatabaseSettings(
  source: Source,
): Pick<Settings, 'database' | 'databaseSchema'> {
  const faults: Fault[] = [];
  const reading = new Reading(source, faults);
  const settings = { database: reading.database(), databaseSchema: reading.databaseSchema() };
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

const cloudNames: readonly Cloud[] = ['global', 'usgov', 'usgov-dod', 'china'];
const defaultThreshold: DeletionThreshold = { count: 500, percent: 20, floor: 5 };

/** Reads one variable after the other; what is wrong is noted, and a value of the right type given anyway. */
class Reading {
  readonly #source: Source;
  readonly #faults: Fault[];

  constructor(source: Source, faults: Fault[]) {
    this.#source = source;
    this.#faults = faults;
  }

  choice<Choice extends string>(
    variable: Variable,
    choices: readonly Choice[],
    otherwise: Choice,
  ): Choice {
    const found = find(this.#source, variable);
    if (found === null) return otherwise;
    const chosen = choices.find((choice) => choice === found.value.toLowerCase());
    if (chosen !== undefined) return chosen;
    this.#fault(variable, 'is none of its values', `Set it to one of ${choices.join(', ')}.`);
    return otherwise;
  }

  /** Without it the tenant that consents is used; a credential of the host's cannot ask for consent. */
  tenant(needed: boolean): string | null {
    const found = findEither(this.#source, 'MSGRAPH_TENANT_ID');
    const remedy =
      'Set it to the tenant id (a GUID, on the overview page of Microsoft Entra ID) or to a verified domain of the tenant.';
    if (found === null) {
      if (needed) this.#fault('MSGRAPH_TENANT_ID', 'is not set', remedy);
      return null;
    }
    const tenant = found.value.toLowerCase();
    if (['common', 'organizations', 'consumers'].includes(tenant)) {
      this.#fault(found.variable, `is ${tenant}, which stands for no tenant in particular`, remedy);
    } else if (!guid.test(tenant) && !domain.test(tenant)) {
      this.#fault(found.variable, 'is neither a GUID nor a domain', remedy);
    }
    return tenant;
  }

  applicationId(optional: boolean): string | null {
    const found = findEither(this.#source, 'MSGRAPH_APPLICATION_ID');
    const remedy =
      'Set it to the application (client) id, a GUID, from the overview page of the app registration.';
    if (found === null) {
      if (!optional) this.#fault('MSGRAPH_APPLICATION_ID', 'is not set', remedy);
      return null;
    }
    if (!guid.test(found.value)) this.#fault(found.variable, 'is not a GUID', remedy);
    return found.value.toLowerCase();
  }

  graphUrl(otherwise: string): string {
    const url = this.url('MSGRAPH_GRAPH_URL')?.replace(/\/v1\.0$/u, '');
    if (url?.endsWith('/beta') === true) {
      this.#fault(
        'MSGRAPH_GRAPH_URL',
        'names the beta of Graph',
        'Give it without a version; v1.0 is read.',
      );
    }
    return url ?? otherwise;
  }

  url(variable: Variable): string | null {
    const found = find(this.#source, variable);
    if (found === null) return null;
    const checked = checkUrl(found.value);
    if ('url' in checked) return checked.url;
    const remedy =
      'Give an address such as https://example.org; http is for 127.0.0.1 and localhost only.';
    this.#fault(variable, checked.fault, remedy);
    return null;
  }

  /** Of the site: its prefix comes from how it is mounted, so that a path here would be a second word on it. */
  siteUrl(): string | null {
    const url = this.url('ROLLKEEPER_URL');
    if (url === null || new URL(url).pathname === '/') return url;
    this.#fault(
      'ROLLKEEPER_URL',
      'holds a path',
      'Leave it out, as in https://example.org: where the pages stand below it is said by serve --prefix, or by web({ prefix }).',
    );
    return null;
  }

  database(): string {
    const found = findEither(this.#source, 'ROLLKEEPER_DATABASE_URL');
    if (found === null) return 'sqlite:rollkeeper.db';
    const fault = databaseFault(found.value);
    const remedy =
      'Set ROLLKEEPER_DATABASE_URL to sqlite:<path>, file:<path>, postgres://… or postgresql://….';
    if (fault !== null) this.#fault(found.variable, fault, remedy);
    return found.value;
  }

  databaseSchema(): string {
    const found = find(this.#source, 'ROLLKEEPER_DATABASE_SCHEMA');
    if (found === null) return 'rollkeeper';
    if (identifier.test(found.value) && !/^pg_|^information_schema$/u.test(found.value)) {
      return found.value;
    }
    this.#fault(
      found.variable,
      'is not the name of a schema',
      'Use small letters, digits and _, a letter first, 63 at most, and not pg_ at the beginning.',
    );
    return 'rollkeeper';
  }

  threshold(): DeletionThreshold | null {
    const found = find(this.#source, 'ROLLKEEPER_DELETION_THRESHOLD');
    if (found === null) return defaultThreshold;
    if (found.value.toLowerCase() === 'off') return null;
    const parts = /^(\d+)\s*,\s*(\d+(?:\.\d+)?)\s*%\s*,\s*(\d+)$/u.exec(found.value);
    const [count, percent, floor] = (parts ?? []).slice(1).map(Number);
    if (count !== undefined && percent !== undefined && floor !== undefined) {
      if (count >= 1 && percent > 0 && percent <= 100) return { count, percent, floor };
    }
    const remedy =
      'Write count, percentage and floor as in 500,20%,5 (count from 1, percentage up to 100%), or off.';
    this.#fault(found.variable, 'is not a deletion threshold', remedy);
    return defaultThreshold;
  }

  purgeAfter(): number | null {
    const found = find(this.#source, 'ROLLKEEPER_PURGE_AFTER');
    if (found === null || found.value.toLowerCase() === 'off') return null;
    const ms = readDuration(found.value);
    if (ms === null) {
      this.#fault(found.variable, 'is not a duration', `Write ${durationForm}; or off.`);
    }
    return ms;
  }

  timeZone(): string {
    const found = find(this.#source, 'ROLLKEEPER_TIME_ZONE');
    if (found === null) return 'UTC';
    if (/^[a-z]/iu.test(found.value) && isTimeZone(found.value)) return found.value;
    this.#fault(
      found.variable,
      'is not the name of a time zone',
      'Give a name such as Europe/Rome, or unset it for UTC.',
    );
    return 'UTC';
  }

  #fault(variable: string, fault: string, remedy: string): void {
    this.#faults.push({ variable, fault, remedy });
  }
}

/** A name that PostgreSQL takes with and without quotes alike. */
const identifier = /^[a-z_][a-z\d_]{0,62}$/u;
const domain = /^(?=.{1,253}$)(?:[\da-z](?:[\da-z-]{0,61}[\da-z])?\.)+[a-z][\da-z-]*[\da-z]$/u;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
