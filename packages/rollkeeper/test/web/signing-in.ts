import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';

import type { WebOptions } from '../../src/web/web.ts';
import type { SimulatorOptions } from 'entra-simulator';
import { pick, scenario } from '../scenarios/scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { ask, Jar, ownForm, prefix, tokenOn } from './asking.ts';
import type { Heard } from './asking.ts';
import { freePort, hosted } from './host.ts';

/** The pages with a sign-in of their own, and somebody who signs in with Entra. */
export interface Story extends Scenario {
  readonly origin: string;
  readonly who: { readonly id: string; readonly userPrincipalName: string };
  readonly jar: Jar;
  /** Asks with the cookies of the jar, and keeps those that are set. */
  visit(path: string, body?: Readonly<Record<string, string>>): Promise<Heard>;
  /** Goes to Entra and signs in there; returns the address that leads back, not yet opened. */
  begun(): Promise<string>;
  /** Opens an address that leads back. */
  back(address: string): Promise<Heard>;
  sessions(): number;
}

const byId = ({ id }: Story['who']): string => id;

export async function story(
  t: TestContext,
  listed: (who: Story['who'], told: Scenario) => string = byId,
  web: WebOptions = { signIn: {} },
  entra: {
    readonly options?: SimulatorOptions;
    /** Settings of whoever opens the pages; an empty one is not set. */
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<Story> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const told = await scenario(t, entra.options);
  const user = pick([...told.entra.tenant.users()], 3);
  const who = { id: user.id, userPrincipalName: user.userPrincipalName ?? '' };
  const keeper = await told.reopened({
    ROLLKEEPER_URL: origin,
    ROLLKEEPER_ADMINISTRATORS: listed(who, told),
    ...entra.settings,
  });
  await hosted(t, keeper.web(web), port);
  told.entra.desk.signsIn = who.id;
  const jar = new Jar();
  const at = `http://127.0.0.1:${port}`;
  const visit: Story['visit'] = async (path, body) => {
    const headers = { Cookie: jar.header, ...(body === undefined ? {} : ownForm) };
    const sent = body === undefined ? '' : new URLSearchParams(body).toString();
    const method = body === undefined ? 'GET' : 'POST';
    const heard = await ask(`${at}${prefix}${path}`, { method, headers, body: sent });
    jar.take(heard);
    return heard;
  };
  return {
    ...told,
    origin,
    who,
    jar,
    visit,
    begun: async () => {
      const token = tokenOn(await visit('/sign-in'));
      const left = await visit('/sign-in', { token });
      const entrance = /url=(.+)$/u.exec(String(left.headers['refresh']))?.[1] ?? '';
      const answered = await fetch(entrance, { redirect: 'manual' });
      return answered.headers.get('location') ?? '';
    },
    back: async (address) => await visit(address.slice(`${origin}${prefix}`.length)),
    sessions: () => told.rows('SELECT id_hash FROM rollkeeper_sessions').length,
  };
}

/** Changes what the id token of the next sign-in claims. */
export function claim({ entra }: Scenario, claims: Readonly<Record<string, unknown>>): void {
  entra.faults.add({
    match: { path: /token$/u },
    rewrite: (answer) => {
      const body = answer.body as { readonly id_token?: string };
      const [head = '', payload = '', signature = ''] = (body.id_token ?? '').split('.');
      const said: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const forged = Buffer.from(JSON.stringify({ ...(said as object), ...claims }));
      const id_token = [head, forged.toString('base64url'), signature].join('.');
      return { ...answer, body: { ...body, id_token } };
    },
  });
}

/** Changes rows of SQLite behind everybody's back. */
export function write(file: string, sql: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  database.exec(sql);
  database.close();
}
