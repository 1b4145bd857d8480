import type { OpenOptions } from '../connect.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/open.ts';
import type { Search } from '../store/search.ts';
import type { Store } from '../store/store.ts';

/** The connections to one database, each opened when it is first asked for; again, where that failed. */
export class Stores {
  readonly #settings: Settings;
  readonly #options: OpenOptions;
  #store: Promise<Store> | undefined;
  #pagesStore: Promise<Store & Search> | undefined;

  constructor(settings: Settings, options: OpenOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  async opened(): Promise<Store> {
    this.#store ??= openStore(this.#settings, this.#options);
    try {
      return await this.#store;
    } catch (error) {
      this.#store = undefined;
      throw error;
    }
  }

  /** A connection of their own: a page does not wait for what a run does to the database. */
  async openedForPages(): Promise<Store & Search> {
    this.#pagesStore ??= openStore(this.#settings, this.#options);
    try {
      return await this.#pagesStore;
    } catch (error) {
      this.#pagesStore = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const stores = [this.#store, this.#pagesStore];
    this.#store = undefined;
    this.#pagesStore = undefined;
    for (const store of stores) await (await opened(store))?.close();
  }
}

/** Whoever asked for one that could not be opened was told; there is nothing to close. */
async function opened(store: Promise<Store> | undefined): Promise<Store | undefined> {
  try {
    return await store;
  } catch {
    return undefined;
  }
}
