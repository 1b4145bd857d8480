import { RollkeeperError } from '../../directory/error.ts';
import type { SessionRow } from '../../store/store.ts';
import type { Site } from '../site.ts';
import { isListed, isListedById } from './listed.ts';

/** Whether somebody may still come in is asked again after so long. */
const askedAgainMs = 15 * 60_000;
/** Whoever is not listed by object id goes on for so long after the last yes while Graph cannot be asked. */
const borneMs = 60 * 60_000;
/** Where Graph could not be asked, it is not asked again for so long: nor does every page wait for it. */
const pauseMs = 60_000;
/** The longest that a page waits for the answer. */
const patienceMs = 10_000;

type Answer = 'yes' | 'no' | 'unknown';

/**
 * Asks Graph again about those who signed in: whether the account is still there and enabled, and still is, by its user
 * name or a group, among the administrators. Of somebody listed by object id only a clear no ends the session, so that
 * what ails the connection to Graph can be looked at. Each process asks for itself.
 */
export class Standing {
  readonly #site: Site;
  readonly #confirmed = new Map<string, number>();
  readonly #tried = new Map<string, number>();
  readonly #asking = new Map<string, Promise<Answer>>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** Whether whoever has this session may still come in. */
  async holds({ openedAt, subject }: SessionRow): Promise<boolean> {
    if (subject === 'one-time') return true;
    const since = Math.max(Date.parse(openedAt), this.#confirmed.get(subject) ?? 0);
    const age = this.#site.now() - since;
    if (age < askedAgainMs) return true;
    const answer = await this.#answer(subject);
    if (answer !== 'unknown') return answer === 'yes';
    return age < borneMs || isListedById(this.#site, subject);
  }

  /** One question at a time about one person. */
  async #answer(subject: string): Promise<Answer> {
    const lately = this.#site.now() - pauseMs < (this.#tried.get(subject) ?? 0);
    if (lately) return 'unknown';
    const asking = this.#asking.get(subject) ?? this.#ask(subject);
    this.#asking.set(subject, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(subject);
    }
  }

  async #ask(subject: string): Promise<Answer> {
    try {
      const answer = (await this.#isListed(subject)) ? 'yes' : 'no';
      if (answer === 'yes') this.#confirmed.set(subject, this.#site.now());
      return answer;
    } catch (error) {
      if (!(error instanceof RollkeeperError) || error.code.startsWith('database.')) throw error;
      this.#tried.set(subject, this.#site.now());
      return 'unknown';
    }
  }

  async #isListed(subject: string): Promise<boolean> {
    const signal = AbortSignal.timeout(patienceMs);
    const account = await this.#site.keeping.account(subject, signal);
    if (account?.enabled !== true) return false;
    return await isListed(this.#site, { subject, userName: account.userPrincipalName }, signal);
  }
}
