import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { once } from 'node:events';
import { selfSigned } from './certificate.ts';
import { bodyText, type Answer, type Asked } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Behaviour, SimulatorOptions } from './options.ts';
import type { RequestLog } from './request-log.ts';
import { Simulation } from './simulation.ts';
import type { Desk } from './sign-in/desk.ts';
import type { Tenant } from './tenant/tenant.ts';
import type { Application } from './token/application.ts';

/** A simulated tenant that is being served. */
export interface Simulator extends AsyncDisposable {
  /** Such as `http://127.0.0.1:4000`: Graph is under `/v1.0`, the login under `/{tenant}/oauth2/v2.0/token`. */
  readonly url: string;
  /** With `tls`, the certificate that vouches for itself, as PEM; otherwise `undefined`. */
  readonly certificate: string | undefined;
  /** The settings an application needs to read this tenant, by name of environment variable. */
  readonly settings: Readonly<Record<SettingName, string>>;
  /** The directory; what is changed in it is reported by delta. */
  readonly tenant: Tenant;
  /** The registered application; consent, permissions and the secret's end can be changed while serving. */
  readonly application: Application;
  /** What people do on the pages of the login. */
  readonly desk: Desk;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Can be switched while serving. */
  readonly behaviour: Behaviour;
  /** Charged per request, in milliseconds; can be changed while serving. */
  latencyMs: number;
  /** Every token issued so far is refused with 401 from now on. */
  revokeTokens(): void;
  /** Every part of Graph has seen what was written so far, whatever it lags behind from now on. */
  catchUp(): void;
  /** Answers a request without the network. */
  answer(asked: Asked): Promise<Answer>;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** The names of the settings a simulator states. */
export type SettingName =
  | 'MSGRAPH_TENANT_ID'
  | 'MSGRAPH_APPLICATION_ID'
  | 'MSGRAPH_CLIENT_SECRET'
  | 'MSGRAPH_GROUP_NAME_TO_SYNC'
  | 'MSGRAPH_GRAPH_URL'
  | 'MSGRAPH_LOGIN_URL';

async function askedOf(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = [value].flat().join(', ');
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString(),
  };
}

function send(answer: Answer, response: ServerResponse): void {
  const { status, headers, body, wire = {} } = answer;
  if (wire.hang === true) return;
  if (wire.reset === true) {
    response.socket?.resetAndDestroy();
    return;
  }
  const bytes = Buffer.from(bodyText(body));
  if (wire.truncateCleanly !== undefined) {
    response.writeHead(status, { ...headers, 'Transfer-Encoding': 'chunked' });
    response.end(bytes.subarray(0, wire.truncateCleanly));
    return;
  }
  response.writeHead(status, { ...headers, 'Content-Length': String(bytes.length) });
  if (wire.truncate === undefined) {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, wire.truncate), () => response.socket?.destroy());
}

async function handle(
  simulation: Simulation,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(await simulation.answer(await askedOf(request)), response);
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    response.writeHead(500, { 'Content-Type': 'text/plain' });
    response.end(`The simulator itself failed, which is a fault of the simulator.\n${told}`);
  }
}

function settingsOf(
  simulation: Simulation,
  options: SimulatorOptions,
): Record<SettingName, string> {
  return {
    MSGRAPH_TENANT_ID: simulation.tenant.id,
    MSGRAPH_APPLICATION_ID: simulation.application.clientId,
    MSGRAPH_CLIENT_SECRET: simulation.application.clientSecret,
    MSGRAPH_GROUP_NAME_TO_SYNC: options.groupName ?? 'kbuk',
    MSGRAPH_GRAPH_URL: simulation.url,
    MSGRAPH_LOGIN_URL: simulation.url,
  };
}

const day = 86_400_000;

interface Listener {
  readonly server: Server | SecureServer;
  readonly scheme: 'http' | 'https';
  readonly certificate: string | undefined;
}

function listener(host: string, tls: boolean): Listener {
  const options = { keepAliveTimeout: 60_000 };
  if (!tls) return { server: createServer(options), scheme: 'http', certificate: undefined };
  const now = Date.now();
  const hosts = [host, 'localhost'];
  const { certificate, key } = selfSigned({ hosts, from: now - day, to: now + 365 * day });
  const server = createSecureServer({ ...options, cert: certificate, key });
  return { server, scheme: 'https', certificate };
}

async function listening(
  { server, scheme }: Listener,
  host: string,
  port: number,
): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `${scheme}://${host}:${address.port}`;
}

/** Generates a tenant and serves it over HTTP, or HTTPS where asked, until it is closed. */
export async function serve(options: SimulatorOptions = {}): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  const listens = listener(host, options.tls ?? false);
  const { server, certificate } = listens;
  const url = await listening(listens, host, options.port ?? 0);
  const simulation = new Simulation(url, options);
  server.on('request', (request, response) => void handle(simulation, request, response));
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url,
    certificate,
    settings: settingsOf(simulation, options),
    tenant: simulation.tenant,
    application: simulation.application,
    desk: simulation.desk,
    faults: simulation.faults,
    requests: simulation.requests,
    behaviour: simulation.behaviour,
    get latencyMs() {
      return simulation.latencyMs;
    },
    set latencyMs(ms) {
      simulation.latencyMs = ms;
    },
    revokeTokens: () => simulation.revokeTokens(),
    catchUp: () => simulation.catchUp(),
    answer: async (asked) => await simulation.answer(asked),
    close,
    [Symbol.asyncDispose]: close,
  };
}
