import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

import type { Row } from './scenario.ts';

interface Answer {
  readonly rows?: readonly Row[];
  readonly error?: string;
}

const channel = new MessageChannel();
const signal = new Int32Array(new SharedArrayBuffer(4));
let worker: Worker | undefined;

/** Rows of a query on PostgreSQL, as SQLite would give them, by a connection of its own. The thread waits, as with SQLite. */
export function postgresRows(url: string, sql: string): readonly Row[] {
  worker ??= start();
  Atomics.store(signal, 0, 0);
  worker.postMessage({ url, sql });
  Atomics.wait(signal, 0, 0);
  const received: { readonly message: Answer } | undefined = receiveMessageOnPort(channel.port2);
  const answer = received?.message ?? {};
  if (answer.rows === undefined) throw new Error(`${sql}: ${answer.error ?? 'no answer'}`);
  return answer.rows;
}

function start(): Worker {
  const started = new Worker(new URL('./postgres-rows-worker.ts', import.meta.url), {
    workerData: { port: channel.port1, signal },
    transferList: [channel.port1],
  });
  started.unref();
  return started;
}
