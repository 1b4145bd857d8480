import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export const prefix = '/microsoft/graph';

/** An answer as it came over the wire. */
export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of the path of the address: sent as it is, with what `URL` would tidy up. */
  readonly target?: string;
}

/** Asks with exactly these headers: `fetch` keeps some to itself. Redirects are not followed. */
export async function ask(url: string, asking: Asking = {}): Promise<Heard> {
  const { method = 'GET', headers = {}, body = '', target } = asking;
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const sent = request(url, {
    method,
    headers: { ...length(body, headers), ...headers },
    timeout: 20_000,
    ...(target === undefined ? {} : { path: target }),
  });
  sent.on('error', reject);
  // Whoever is never answered says so.
  sent.on('timeout', () => sent.destroy(new Error(`${method} ${url} was never answered.`)));
  sent.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (more: string) => (text += more));
    response.on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
    );
  });
  sent.end(body);
  return await promise;
}

const length = (body: string, headers: Asking['headers']): Record<string, number> =>
  body === '' || headers?.['Transfer-Encoding'] !== undefined
    ? {}
    : { 'Content-Length': Buffer.byteLength(body) };

/** The cookies of a browser: what answers set, as a request sends it. */
export class Jar {
  readonly #kept = new Map<string, string>();

  take({ headers }: Heard): void {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (value === '') this.#kept.delete(name);
      else this.#kept.set(name, value);
    }
  }

  get(name: string): string | undefined {
    return this.#kept.get(name);
  }

  set(name: string, value: string): void {
    this.#kept.set(name, value);
  }

  get header(): string {
    return [...this.#kept].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** The token of the first form on a page; empty: there is none. */
export const tokenOn = ({ text }: Heard): string =>
  /name="token" value="([^"]+)"/u.exec(text)?.[1] ?? '';

/** What a browser says of a form that a page of ours sends. */
export const ownForm = {
  'Sec-Fetch-Site': 'same-origin',
  'Content-Type': 'application/x-www-form-urlencoded',
} as const;
