import { byCode, exitCodes } from '../../packages/rollkeeper/src/cli/exit-code.ts';
import { assertDescribed, code, opening, table } from './markdown.mjs';

/** What each code of an error stands for, and what helps. */
const described = {
  usage: 'The command was given words that it does not take, or a file that it may not write.',
  'settings.invalid': 'Settings, or a file that they name, have faults. All are listed.',
  'token.refused': 'Entra gave no token. The AADSTS number says why: see [Errors](errors.md).',
  'token.unreachable': 'The login host could not be reached, or did not answer as one.',
  'graph.unauthorized': 'Graph refuses the token, also a new one.',
  'graph.forbidden': 'Graph accepts the token, but a permission or consent is missing.',
  'graph.permission_lost':
    'Graph names users but withholds what every user has: User.Read.All is gone.',
  'graph.not_found': 'Graph does not know what was asked for.',
  'graph.refused': 'Graph does not take the request.',
  'graph.failed': 'Graph or the network failed, again and again, until tries or time were used up.',
  'graph.bad_answer':
    'An answer claims success and is none: something stands between here and Graph.',
  'graph.foreign_link': 'Graph sent a link to another host. It was not followed, and got no token.',
  'graph.loop': 'A listing leads back to where it was.',
  'group.not_found': 'No group has that name or id.',
  'group.ambiguous': 'Several groups have that name. Their ids are listed.',
  'group.gone': 'The group that was followed until now no longer exists. Nobody was removed.',
  'group.hidden': 'The membership of the group is hidden: Member.Read.Hidden is needed as well.',
  'user.not_found': 'Graph works, but knows no such user.',
  'person.not_found': 'The database holds nothing of this person.',
  'person.needed':
    'The person is in scope, or supervises somebody who is, and would be read again.',
  'run.held': 'Removals are held.',
  'run.holds_nothing': 'Nothing of that run waits for a decision.',
  'run.ended': 'The run has ended, so that it cannot be cancelled.',
  'run.cancelled': 'Somebody cancelled the run. It changed nothing.',
  'run.active': 'Another run for this tenant is under way.',
  'run.lost_lease': 'Another run took over. This one stopped and changed nothing.',
  'run.not_found': 'There is no run of that number.',
  'database.failed': 'The database failed in a way that has no code of its own.',
  'database.not_a_database': 'The file is not an SQLite database.',
  'database.locked': 'Another program keeps the database locked.',
  'database.unwritable': 'The file or its folder may not be written to.',
  'database.full': 'The disk is full.',
  'database.newer': 'The database was written by a newer version of Rollkeeper.',
  'database.outdated':
    'The schema is missing or older than this version, and was not to be changed: run `rollkeeper migrate`.',
  'database.unreachable': 'No PostgreSQL server answered at the host and port.',
  'database.refused': 'The PostgreSQL server does not let this user in.',
  'database.missing': 'The PostgreSQL server has no such database, or the file of SQLite is gone.',
  'database.forbidden': 'The role lacks a right in the database.',
  'database.lost':
    'The connection to the server, or what it had staged, was lost. What was not finished is not there.',
  'database.busy': 'The PostgreSQL server has no connection left.',
  'database.insecure': 'The connection cannot be made as safe as `sslmode` asks.',
  'notice.undelivered':
    'A schedule could not tell `ROLLKEEPER_NOTIFY_URL` that the last success is too old; it tries again.',
  interrupted: 'Somebody, or the system, stopped the command.',
  unexpected: 'A fault of Rollkeeper. Please report it.',
};

export async function exitCodesPage() {
  assertDescribed('error codes', Object.keys(byCode), Object.keys(described));
  const rows = Object.entries(exitCodes).map(([exitCode, meaning]) => [
    code(exitCode),
    meaning,
    Object.keys(byCode)
      .filter((name) => String(byCode[name]) === exitCode)
      .map(code)
      .join(', '),
  ]);
  return `${opening('Exit codes', introduction)}
${table(['exit code', 'meaning', 'error codes'], rows)}
\`143\` is \`interrupted\` as well: the command was stopped by SIGTERM instead of Ctrl-C. \`6\` usually comes without an
error: \`sync\` did its work and says that removals are held.

## Error codes

${table(
  ['code', 'exit code', 'what happened'],
  Object.entries(described).map(([name, text]) => [code(name), code(String(byCode[name])), text]),
)}`;
}

const introduction = `
Every command ends with one of these. They are stable, and so are the error codes: \`sync --json\` prints
\`error: { code, message }\`, and the library throws \`RollkeeperError\` with the same \`code\`. A failure is told on standard
error: what failed, where (request, status, Graph's code, request id), and what to do next.

What to do about each: [Troubleshooting](../guide/troubleshooting.md).`;
