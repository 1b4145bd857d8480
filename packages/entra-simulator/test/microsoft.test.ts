import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConfidentialClientApplication, type Configuration } from '@azure/msal-node';
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  PageIterator,
  type PageCollection,
} from '@microsoft/microsoft-graph-client';
import { selfSigned } from '../src/certificate.ts';
import type { Simulator } from '../src/index.ts';
import { serve } from './serving.ts';

const day = 86_400_000;
const signing = selfSigned({
  hosts: ['test.example'],
  from: Date.now() - day,
  to: Date.now() + day,
  kind: 'rsa',
});

let simulator: Simulator;

before(async () => {
  simulator = await serve({
    users: 250,
    tls: true,
    credentials: { certificatePem: signing.certificate },
  });
  // What NODE_EXTRA_CA_CERTS does for a process that is started with it.
  setDefaultCACertificates([...getCACertificates('default'), simulator.certificate ?? '']);
});

after(async () => await simulator.close());

function applicationWith(auth: Partial<Configuration['auth']>): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId: simulator.settings.MSGRAPH_APPLICATION_ID,
      authority: `${simulator.url}/${simulator.tenant.id}`,
      knownAuthorities: [new URL(simulator.url).host],
      ...auth,
    },
  });
}

async function tokenOf(application: ConfidentialClientApplication): Promise<string> {
  const scopes = [`${simulator.url}/.default`];
  const result = await application.acquireTokenByClientCredential({ scopes });
  return result?.accessToken ?? '';
}

function client(): Client {
  const application = applicationWith({ clientSecret: simulator.settings.MSGRAPH_CLIENT_SECRET });
  return Client.initWithMiddleware({
    authProvider: { getAccessToken: async () => await tokenOf(application) },
    baseUrl: simulator.url,
    customHosts: new Set([new URL(simulator.url).hostname]),
  });
}

test('the Microsoft Authentication Library gets a token by secret, and keeps it', async () => {
  const application = applicationWith({ clientSecret: simulator.settings.MSGRAPH_CLIENT_SECRET });
  const first = await tokenOf(application);
  assert.equal(first.split('.').length, 3);
  assert.equal(await tokenOf(application), first);
});

test('the Microsoft Authentication Library gets a token by certificate', async () => {
  const { raw } = new X509Certificate(signing.certificate);
  const thumbprintSha256 = createHash('sha256').update(raw).digest('hex');
  const application = applicationWith({
    clientCertificate: { thumbprintSha256, privateKey: signing.key },
  });
  assert.equal((await tokenOf(application)).split('.').length, 3);
});

test('the Microsoft Authentication Library tells a wrong secret by its AADSTS number', async () => {
  await assert.rejects(tokenOf(applicationWith({ clientSecret: 'wrong' })), (error: Error) => {
    assert.match(error.message, /AADSTS7000215/);
    return true;
  });
});

test('the Microsoft Graph client iterates over every page', async () => {
  const graph = client();
  const first: PageCollection = await graph.api('/users').select('id').top(99).get();
  const ids = new Set<string>();
  await new PageIterator(
    graph,
    first,
    (user: { id: string }) => ids.add(user.id) !== undefined,
  ).iterate();
  assert.equal(ids.size, 250);
});

test('the Microsoft Graph client iterates over a delta round to its delta link, and on from there', async () => {
  const graph = client();
  const first: PageCollection = await graph.api('/users/delta').select('displayName').get();
  const seen = new Set<string>();
  const iterator = new PageIterator(graph, first, (user: { id: string }) => {
    seen.add(user.id);
    return true;
  });
  await iterator.iterate();
  const link = iterator.getDeltaLink() ?? '';
  assert.ok(seen.size >= 250);
  const { id } = simulator.tenant.createUser({ displayName: 'Just Came' });
  const changes: PageCollection = await graph.api(link).get();
  assert.deepEqual(changes.value, [{ displayName: 'Just Came', id }]);
  simulator.tenant.purgeUser(id);
});

test('the Microsoft Graph client sends a batch and reads its answers', async () => {
  const graph = client();
  const [user] = [...simulator.tenant.users()];
  const requests = [`/users/${user?.id ?? ''}`, '/users/nobody'].map((path, at) => ({
    id: String(at),
    // The client takes the origin away, and what remains is the path of the batch's request.
    request: new Request(`${simulator.url}${path}`),
  }));
  const content = await new BatchRequestContent(requests).getContent();
  const answers = new BatchResponseContent(await graph.api('/$batch').post(content));
  assert.equal(answers.getResponseById('0').status, 200);
  assert.equal(answers.getResponseById('1').status, 404);
});

test('the Microsoft Graph client tells an error by its status and code', async () => {
  await assert.rejects(client().api('/users/nobody').get(), (error: unknown) => {
    assert.ok(error instanceof GraphError);
    assert.equal(error.statusCode, 404);
    assert.equal(error.code, 'Request_ResourceNotFound');
    assert.match(error.message, /^Resource 'nobody' does not exist/);
    assert.ok(error.requestId);
    return true;
  });
});

test('the Microsoft Graph client waits as a 429 says and goes on', async () => {
  const handle = simulator.faults.add({
    match: { path: '/organization' },
    status: 429,
    headers: { 'Retry-After': '1' },
  });
  const answer: PageCollection = await client().api('/organization').get();
  assert.equal(handle.hits, 1);
  assert.equal(answer.value[0]?.id, simulator.tenant.id);
});
