import type { WebHandler } from '../../src/web/web.ts';

/** What a handler was asked, as its answer. */
export interface Echoed {
  readonly method: string;
  readonly url: string;
  readonly form: readonly (readonly [string, unknown])[] | null;
  readonly text: string | null;
  readonly address: string | null;
}

/** Answers with what it was asked: shows what an adapter makes of a request. */
export const echo: WebHandler = Object.assign(
  async (request: Request, peer: { readonly address?: string } = {}) => {
    const { method, url, headers } = request;
    const isForm = headers.get('content-type')?.startsWith('application/x-www-form') === true;
    const answer = Response.json({
      method,
      url,
      form: isForm ? [...(await request.formData())] : null,
      text: isForm ? null : await request.text(),
      address: peer.address ?? null,
    } satisfies Echoed);
    answer.headers.append('Set-Cookie', 'one=1');
    answer.headers.append('Set-Cookie', 'two=2');
    return answer;
  },
  { prefix: '/microsoft/graph', settingsFragment: async () => '' },
);

/** A handler whose one answer does not end, and what becomes of it. */
export function endless(): { readonly web: WebHandler; readonly gone: Promise<unknown> } {
  const aborted = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const web = async (request: Request): Promise<Response> => {
    request.signal.addEventListener('abort', () => aborted.resolve());
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: first\n\n')),
      cancel: () => cancelled.resolve(),
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const gone = Promise.all([aborted.promise, cancelled.promise]);
  return { web: Object.assign(web, { ...echo, prefix: echo.prefix }), gone };
}

/** Asks, reads the first piece of the answer, and hangs up. */
export async function askAndLeave(url: string): Promise<string> {
  const leaving = new AbortController();
  const { body } = await fetch(url, { signal: leaving.signal });
  const reader = body?.getReader();
  const first = await reader?.read();
  leaving.abort();
  return new TextDecoder().decode(first?.value);
}
