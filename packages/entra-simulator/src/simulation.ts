import type { Inner } from './batch.ts';
import type { Answer, Asked, Told } from './exchange.ts';
import { afflict, Faults, pause, type FaultTarget } from './faults.ts';
import { Graph } from './graph.ts';
import { PageTokens } from './odata/page-token.ts';
import { defaultBehaviour, type Behaviour, type SimulatorOptions } from './options.ts';
import { Quota } from './quota.ts';
import { RequestLog, type LoggedRequest } from './request-log.ts';
import { Rounds } from './rounds.ts';
import { retryAfter } from './retry-after.ts';
import { answerAuthorize } from './sign-in/authorize.ts';
import { answerConsent } from './sign-in/consent.ts';
import { Desk } from './sign-in/desk.ts';
import { IdTokens } from './sign-in/id-token.ts';
import { generateTenant } from './tenant/generate.ts';
import { Replicas } from './tenant/replicas.ts';
import type { Tenant } from './tenant/tenant.ts';
import { registerApplication, type Application } from './token/application.ts';
import { answerDiscovery } from './token/discovery.ts';
import { answerToken, tenantOfTokenPath } from './token/endpoint.ts';
import { TokenIssuer } from './token/issuer.ts';

const adminConsent = /^\/([^/]+)\/v2\.0\/adminconsent$/;
const authorize = /^\/[^/]+\/oauth2\/v2\.0\/authorize$/;
const root = /^\/v1\.0(?=\/|$)/;

function queryText(url: string): string {
  const at = url.indexOf('?');
  if (at < 0) return '';
  const text = url.slice(at + 1);
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function pathText(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

function withoutToken(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { authorization, ...rest } = headers;
  return authorization === undefined ? rest : { ...rest, authorization: 'present' };
}

/** A pretend tenant with its login and its Graph: a request in, an answer out, whoever carries them. */
export class Simulation {
  readonly url: string;
  /** What is written to it, Graph shows: at once, or where its behaviour says so later. */
  readonly tenant: Tenant;
  readonly application: Application;
  readonly behaviour: Behaviour;
  readonly faults = new Faults();
  readonly requests: RequestLog;
  /** Charged per request, in milliseconds, and a tenth of it more per request inside a batch. */
  latencyMs: number;
  readonly desk = new Desk();
  readonly #idTokens = new IdTokens();
  readonly #replicas: Replicas;
  readonly #issuer: TokenIssuer;
  readonly #graph: Graph;
  readonly #rounds: Rounds | undefined;
  readonly #now: () => number;
  readonly #onAnswer: (told: Told) => void;

  /** `url` is where it will be reached; every link starts with it. */
  constructor(url: string, options: SimulatorOptions = {}) {
    this.url = url;
    this.#now = options.now ?? Date.now;
    this.latencyMs = options.latencyMs ?? 0;
    this.#rounds =
      options.inRounds === true ? new Rounds(() => (this.requests.rounds += 1)) : undefined;
    this.#onAnswer = options.onAnswer ?? (() => undefined);
    const original = generateTenant(options);
    this.#replicas = new Replicas(
      original,
      (now) => generateTenant({ ...options, now }),
      this.#now,
    );
    this.tenant = this.#replicas.written;
    this.application = registerApplication(options);
    this.behaviour = { ...defaultBehaviour, ...options.behaviour };
    this.requests = RequestLog.keeping(options.keepRequests ?? 10_000);
    this.#issuer = new TokenIssuer(this.#now, options.tokenSeconds ?? 3599);
    this.#graph = new Graph({
      url,
      tenant: original,
      replicas: this.#replicas,
      behaviour: this.behaviour,
      application: this.application,
      pageTokens: new PageTokens(this.tenant.id),
      now: this.#now,
      issuer: this.#issuer,
      quota: new Quota(this.behaviour, this.#now),
    });
  }

  /** Every token issued so far is refused with 401 from now on. */
  revokeTokens(): void {
    this.#issuer.revoke();
  }

  /** Every part of Graph has seen what was written so far, whatever it lags behind from now on. */
  catchUp(): void {
    this.#replicas.catchUp();
  }

  /** Answers a request: faults, latency and the log included. */
  async answer(asked: Asked): Promise<Answer> {
    const logged: LoggedRequest = {
      method: asked.method,
      url: asked.url,
      status: 0,
      headers: withoutToken(asked.headers),
    };
    this.requests.record(logged);
    const path = pathText(asked.url);
    const isLogin = !root.test(path);
    const target: FaultTarget = {
      method: asked.method,
      path: path.replace(root, ''),
      query: queryText(asked.url),
      inBatch: false,
      isLogin,
    };
    if (this.latencyMs > 0) await pause(this.latencyMs);
    if (this.#rounds !== undefined) logged.round = await this.#rounds.turn();
    const answer = await this.#afflicted(target, async () => {
      const given = isLogin
        ? await this.#askLogin(asked, path)
        : await this.#askGraph(asked, logged);
      const by = isLogin ? 'login' : 'graph';
      this.#onAnswer({ by, asked, path: target.path, inBatch: false, answer: given });
      return given;
    });
    if (answer.wire?.reset !== true && answer.wire?.hang !== true) logged.status = answer.status;
    return answer;
  }

  async #askLogin(asked: Asked, path: string): Promise<Answer> {
    const world = this.#tokenWorld();
    const named = tenantOfTokenPath(path);
    if (named !== undefined) return await answerToken(asked, named, world);
    const consenting = adminConsent.exec(path)?.[1];
    if (consenting !== undefined) return answerConsent(asked, consenting, world);
    if (authorize.test(path)) return answerAuthorize(asked, world);
    return (
      (await answerDiscovery(path, world)) ?? {
        status: 404,
        headers: { 'Content-Type': 'text/plain' },
        body: 'Not found',
      }
    );
  }

  async #askGraph(asked: Asked, logged: LoggedRequest): Promise<Answer> {
    const below = { ...asked, url: asked.url.replace(root, '') };
    const answer = await this.#graph.answer(
      below,
      async (inner, answerInner) => await this.#carried(inner, answerInner, logged),
    );
    const inside = logged.batch?.length ?? 0;
    if (this.latencyMs > 0 && inside > 0) await pause((this.latencyMs / 10) * inside);
    return answer;
  }

  async #carried(
    inner: Inner,
    answer: () => Promise<Answer>,
    logged: LoggedRequest,
  ): Promise<Answer> {
    const entry = { id: inner.id, method: inner.method, url: inner.url, status: 0 };
    (logged.batch ??= []).push(entry);
    this.requests.batched += 1;
    const target: FaultTarget = {
      method: inner.method,
      path: pathText(inner.url),
      query: queryText(inner.url),
      inBatch: true,
      isLogin: false,
    };
    const { method, url, headers, body } = inner;
    const asked: Asked = { method, url, headers, body };
    const given = await this.#afflicted(target, async () => {
      const whole = await answer();
      this.#onAnswer({ by: 'graph', asked, path: target.path, inBatch: true, answer: whole });
      return whole;
    });
    entry.status = given.status;
    return given;
  }

  async #afflicted(target: FaultTarget, answer: () => Promise<Answer>): Promise<Answer> {
    const faults = this.faults.taking(target);
    const throttledHeaders = () => retryAfter(this.behaviour.retryAfter, this.#now());
    const layered = faults.reduce<() => Promise<Answer>>(
      (below, fault) => async () => await afflict(fault, below, throttledHeaders),
      answer,
    );
    return await layered();
  }

  #tokenWorld() {
    return {
      url: this.url,
      tenant: this.tenant,
      application: this.application,
      issuer: this.#issuer,
      desk: this.desk,
      idTokens: this.#idTokens,
      now: this.#now,
    };
  }
}
