/**
 * Loaded before the command line (`node --import`): kills the process at a boundary that the store crosses on PostgreSQL.
 * `KILL_AT` is the number of a statement and the moment: `12:sent` right after it was sent, `12:answered` when its answer
 * has come and nobody has seen it.
 */
import { Client } from 'pg';

const [at = 0, moment = ''] = (process.env['KILL_AT'] ?? '').split(':');
const query: (...given: readonly unknown[]) => unknown = Client.prototype.query;
let sent = 0;

const die = (): void => void process.kill(process.pid, 'SIGKILL');

Object.assign(Client.prototype, {
  query(this: Client, ...given: readonly unknown[]): unknown {
    sent += 1;
    const now = sent === Number(at);
    const answer = Reflect.apply(query, this, given);
    if (now && moment === 'sent') die();
    if (now && moment === 'answered' && answer instanceof Promise) void answer.then(die, die);
    return answer;
  },
});
