/**
 * Loaded before the command line (`node --import`): kills the process at a boundary that the store crosses. `KILL_AT` is
 * the number of a call to the database and the moment: `12:before` it is sent, `12:sent` right after, `12:answered`
 * when its answer has come and nobody has seen it.
 */
import { Worker } from 'node:worker_threads';

const [at = 0, moment = ''] = (process.env['KILL_AT'] ?? '').split(':');
const post = Worker.prototype.postMessage;
const emit = Worker.prototype.emit;
let sent = 0;
let answered = 0;

const die = (): void => void process.kill(process.pid, 'SIGKILL');

Worker.prototype.postMessage = function (...message: Parameters<Worker['postMessage']>): void {
  sent += 1;
  const now = sent === Number(at);
  if (now && moment === 'before') return die();
  post.apply(this, message);
  if (now && moment === 'sent') die();
};

Worker.prototype.emit = function (event: string | symbol, ...values: readonly unknown[]): boolean {
  if (event === 'message') {
    // The first answer says that the file is open; it answers no call.
    if (answered === Number(at) && moment === 'answered') die();
    answered += 1;
  }
  const told: unknown = Reflect.apply(emit, this, [event, ...values]);
  return told === true;
};
