import { parentPort, workerData } from 'node:worker_threads';

import { explain } from './failure.ts';
import { thisProcess } from '../owner.ts';
import { toFailure } from './messages.ts';
import type { Request, Response, WorkerStart } from './messages.ts';
import { openSynchronously } from './synchronous.ts';
import type { SynchronousStore } from './synchronous.ts';

/** The thread that SQLite blocks: one connection, one call at a time. */
const { path, processStartedAt, migrate, cache } = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('This file is a worker; openSqlite starts it.');

function answer(id: number, call: () => unknown): Response {
  try {
    return { id, ok: true, value: call() };
  } catch (error) {
    return { id, ok: false, failure: toFailure(explain(error, path), path) };
  }
}

function perform(store: SynchronousStore, { method, args }: Request): unknown {
  const call = store[method] as (...given: readonly unknown[]) => unknown;
  return call(...args);
}

let store: SynchronousStore | undefined;
port.postMessage(
  answer(0, () => {
    store = openSynchronously(path, thisProcess(processStartedAt), { migrate, cache });
  }),
);
const opened = store;
if (opened === undefined) port.close();
else {
  port.on('message', (request: Request) => {
    port.postMessage(answer(request.id, () => perform(opened, request)));
    if (request.method === 'close') port.close();
  });
}
