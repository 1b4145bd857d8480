/** What a contestant measures of its own process. */
export interface Measured {
  readonly wallMs: number;
  /** Of all threads, in user and system mode. */
  readonly cpuMs: number;
  readonly users: number;
  /** HTTP requests to Graph; a batch is one. */
  readonly requests: number;
  readonly peakMegabytes: number;
}

/** Times one contestant in this process and prints what it measured. `work` resolves to users and requests. */
export async function measure(
  work: () => Promise<{ readonly users: number; readonly requests: number }>,
): Promise<void> {
  const start = performance.now();
  const before = process.cpuUsage();
  const { users, requests } = await work();
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    users,
    requests,
    wallMs: performance.now() - start,
    cpuMs: (user + system) / 1000,
    // In kilobytes, of the whole life of the process. https://nodejs.org/api/process.html
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

export const setting = (name: string): string => process.env[name] ?? '';

/** A token for Graph, without any library. */
export async function takeToken(): Promise<string> {
  const answer = await fetch(
    `${setting('MSGRAPH_LOGIN_URL')}/${setting('MSGRAPH_TENANT_ID')}/oauth2/v2.0/token`,
    {
      method: 'POST',
      body: new URLSearchParams({
        client_id: setting('MSGRAPH_APPLICATION_ID'),
        client_secret: setting('MSGRAPH_CLIENT_SECRET'),
        scope: `${setting('MSGRAPH_GRAPH_URL')}/.default`,
        grant_type: 'client_credentials',
      }),
    },
  );
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}
