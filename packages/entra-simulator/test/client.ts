import type { Simulator } from '../src/index.ts';

/** What came back: the status, the headers and the body as JSON where it is some. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Bodies are looked into freely by tests, which state what they expect.
  readonly body: Body;
}

/** A JSON body, loosely. */
export interface Body {
  readonly [name: string]: unknown;
  readonly value?: readonly Item[];
  readonly error?: { code: string; message: string; innerError?: unknown; innererror?: unknown };
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
  readonly responses?: readonly {
    id: string;
    status: number;
    headers: Record<string, string>;
    body: Body;
  }[];
}

/** An object of a page, loosely. */
export interface Item {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly displayName?: string | null;
  readonly manager?: Item;
}

function parsed(text: string): Body {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

async function got(response: Response): Promise<Got> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parsed(text) };
}

/** Asks the token endpoint with a form; what is not given comes from the simulator's settings. */
export async function askToken(
  simulator: Simulator,
  form: Record<string, string | undefined> = {},
  tenant: string = simulator.tenant.id,
): Promise<Got> {
  const whole = {
    grant_type: 'client_credentials',
    client_id: simulator.settings.MSGRAPH_APPLICATION_ID,
    client_secret: simulator.settings.MSGRAPH_CLIENT_SECRET,
    scope: `${simulator.url}/.default`,
    ...form,
  };
  const sent = Object.entries(whole).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const response = await fetch(`${simulator.url}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(sent),
  });
  return await got(response);
}

/** A client that holds a token. */
export class Client {
  readonly #simulator: Simulator;
  readonly #token: string;

  constructor(simulator: Simulator, token: string) {
    this.#simulator = simulator;
    this.#token = token;
  }

  async get(pathOrLink: string, headers: Record<string, string> = {}): Promise<Got> {
    const url = pathOrLink.startsWith('http')
      ? pathOrLink
      : `${this.#simulator.url}/v1.0${pathOrLink}`;
    return await got(
      await fetch(url, { headers: { authorization: `Bearer ${this.#token}`, ...headers } }),
    );
  }

  async post(path: string, body: unknown): Promise<Got> {
    const response = await fetch(`${this.#simulator.url}/v1.0${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return await got(response);
  }

  /** Follows next links to the end. */
  async all(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<{ items: Item[]; pages: Got[] }> {
    const items: Item[] = [];
    const pages: Got[] = [];
    for (let at: string | undefined = path; at !== undefined;) {
      // oxlint-disable-next-line no-await-in-loop -- each page names the next
      const page: Got = await this.get(at, headers);
      pages.push(page);
      items.push(...(page.body.value ?? []));
      at = page.body['@odata.nextLink'];
    }
    return { items, pages };
  }
}

/** A client with a fresh token. */
export async function signIn(simulator: Simulator): Promise<Client> {
  const { body } = await askToken(simulator);
  return new Client(simulator, String(body['access_token']));
}

export const advanced = { ConsistencyLevel: 'eventual' };
