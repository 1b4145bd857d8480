import { Command, InvalidArgumentError, Help, Option } from 'commander';

import { checkCommand } from './check.ts';
import { approveCommand, cancelCommand, rejectCommand } from './decide.ts';
import { consentCommand } from './consent.ts';
import { demoCommand } from './demo.ts';
import { forgetCommand, purgeCommand } from './erase.ts';
import { exitCodes } from './exit-code.ts';
import { exportGroupsCommand, exportUsersCommand } from './export.ts';
import { migrateCommand } from './migrate.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
import { runsCommand, showRunCommand } from './runs.ts';
import { proxies } from './proxies.ts';
import { running, runningWith } from './running.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { userCommand } from './user.ts';
import { verifyCommand } from './verify.ts';
import { defaultPrefix } from '../open.ts';
import { version } from './version.ts';

const exitCodeHelp = `
Exit codes:
${Object.entries(exitCodes)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')}

Settings come from the environment and from a file .env in the current folder;
the environment wins. https://learn.microsoft.com/graph/overview explains Microsoft Graph.`;

/** Every command, with its help. */
export function program(): Command {
  const rollkeeper = new Command('rollkeeper')
    .description("Keeps an application's own database in step with a Microsoft Entra tenant.")
    .version(version)
    .exitOverride()
    .configureHelp({ optionDescription: withoutFalse })
    .showHelpAfterError('Run it with --help to see what it takes.')
    .addHelpText('after', exitCodeHelp);

  addReading(rollkeeper);
  addLooking(rollkeeper);
  addDecisions(rollkeeper);
  addKeeping(rollkeeper);
  addServing(rollkeeper);
  return rollkeeper;
}

/** One run, and what it reads as a file. */
function addReading(rollkeeper: Command): void {
  rollkeeper
    .command('sync')
    .summary('read the group from Microsoft Graph and bring the database in step')
    .description(
      'One run: reads the users of the group, their managers and groups, decides what changed, and applies it in one ' +
        'transaction. Leavers are soft-deleted; too many removals at once are held (exit code 6), the rest is applied. ' +
        'Also known as update-microsoft-graph-users.',
    )
    .option('--dry-run', 'stop after the plan: show what would be done, change nothing', false)
    .option('--full', 'read everything, even where reading what changed would do', false)
    .option('--json', "print the run's report as one JSON object on standard output", false)
    .action(running(syncCommand));

  const exports = rollkeeper
    .command('export')
    .summary('write users or groups to a CSV file')
    .description(
      'Writes a CSV (RFC 4180, UTF-8). Cells that a spreadsheet would take for a formula are escaped.',
    );
  exports
    .command('users')
    .description(
      'The users of the whole tenant as Graph has them now; with --scope those of the group; with --from database ' +
        'those in scope as the last run left them. Also known as microsoft-graph-users-as-csv.',
    )
    .addOption(from())
    .option('--scope', 'from Graph: only the users of the group', false)
    .option('--output <file>', 'where to; - is standard output', 'microsoft-graph-users.csv')
    .action(running(exportUsersCommand));
  exports
    .command('groups')
    .description(
      'The groups of the whole tenant as Graph has them now; with --scope the group and those nested in it; with ' +
        '--from database those that are kept. Also known as microsoft-graph-groups-as-csv.',
    )
    .addOption(from())
    .option('--scope', 'from Graph: only the group and those nested in it', false)
    .option('--output <file>', 'where to; - is standard output', 'microsoft-graph-groups.csv')
    .action(running(exportGroupsCommand));
}

/** Does it work, and how do things stand? */
function addLooking(rollkeeper: Command): void {
  rollkeeper
    .command('user')
    .summary('read one person and their manager: does Graph work?')
    .description(
      'Reads one person and their manager from Graph. Also known as microsoft-graph-user.',
    )
    .argument('<who>', 'object id, user name or mail address')
    .option('--json', 'print one JSON object on standard output', false)
    .action(runningWith(userCommand));

  rollkeeper
    .command('check')
    .summary('go through every precondition and explain each failure')
    .description(
      'Goes through settings, clock, login host, token, tenant, permissions, the group and the database, and explains ' +
        'each failure with its cause and remedy. The exit code is that of the first failure.',
    )
    .option('--json', 'print one JSON object on standard output', false)
    .action(running(checkCommand));

  rollkeeper
    .command('verify')
    .summary('ask a tenant what the documentation of Graph leaves open')
    .description(
      'Tries each behaviour that Rollkeeper relies on and Microsoft does not write down, or writes down in two ways, and ' +
        'writes a report: what was expected, what was seen, and what Rollkeeper does in either case. Every request only ' +
        'reads; the report holds no names and no ids. The exit code is 0 when it could be carried out.',
    )
    .option('--output <file>', 'where to; - is standard output', 'rollkeeper-verify.md')
    .action(running(verifyCommand));

  rollkeeper
    .command('status')
    .summary('how things stand, on one screen')
    .description(
      'The tenant, its scope, the last success and its age, the last run, what is held, whether removals are paused. Exits with ' +
        '9 when the last success is longer ago than ROLLKEEPER_STALE_AFTER, with 6 while anything is held, else with 0.',
    )
    .option('--json', 'print one JSON object on standard output', false)
    .action(running(statusCommand));
}

/** What ran, what it holds, and letting it go on. */
function addDecisions(rollkeeper: Command): void {
  const runs = rollkeeper
    .command('runs')
    .summary('what ran, and what it did or would do')
    .description('Lists the runs of the tenant, newest first.')
    .option('--limit <number>', 'how many', positive, 20)
    .option('--json', 'print one JSON array on standard output', false)
    .action(running(runsCommand));
  runs
    .command('show')
    .description("Shows one run: its report, what is held and why, and its plan's operations.")
    .argument('<run>', 'the number of the run', positive)
    .option('--json', 'print one JSON object on standard output', false)
    .action(runningWith(showRunCommand));

  deciding(
    runs
      .command('approve')
      .description(
        'Performs what a run holds: reads everything anew, then applies the removals that the run showed and that the read ' +
          'still proposes, never more. Recorded with who and when.',
      )
      .argument('<run>', 'the number of the run', positive)
      .option('--yes', 'do not ask for confirmation', false)
      .option('--json', "print the approval's report as one JSON object on standard output", false),
  ).action(runningWith(approveCommand));
  deciding(
    runs
      .command('reject')
      .description(
        'Keeps what a run holds: it stays in scope, and is not proposed again until it was seen back once. ' +
          'Recorded with who and when.',
      )
      .argument('<run>', 'the number of the run', positive),
  ).action(runningWith(rejectCommand));
  deciding(
    runs
      .command('cancel')
      .description(
        'Asks a run that is under way, in whatever process, to stop. It ends as cancelled, with exit code 130.',
      )
      .argument('<run>', 'the number of the run', positive),
  ).action(runningWith(cancelCommand));

  deciding(
    rollkeeper
      .command('pause')
      .summary('hold every removal for a while')
      .description(
        'While removals are paused every one is held, however few; joiners and changes go on. Before work on the directory ' +
          'that is expected to look like a mass removal.',
      )
      .option('--removals', 'what to pause', false)
      .option('--for <duration>', 'for how long, for example 4h; without it until resume'),
  ).action(running(pauseCommand));
  rollkeeper
    .command('resume')
    .summary('end a pause')
    .description(
      'Ends a pause of removals. What was held meanwhile stays held until it is decided.',
    )
    .action(running(resumeCommand));
}

/** What the database keeps. */
function addKeeping(rollkeeper: Command): void {
  rollkeeper
    .command('purge')
    .summary('remove for good who was soft-deleted long ago')
    .description(
      'Removes the rows of people who were soft-deleted longer ago than ROLLKEEPER_PURGE_AFTER, which is off by default. ' +
        'Kept: who may still be restored in Entra, and who supervises somebody in scope. The change feed keeps what happened.',
    )
    .option('--older-than <duration>', 'instead of the setting, for example 90d')
    .option('--dry-run', 'count, and change nothing', false)
    .action(running(purgeCommand));

  rollkeeper
    .command('forget')
    .summary('erase a person who is no longer in scope from the whole database')
    .description(
      'Erases a person from rows, staging, plans, held removals and changes. Refused while the person is in scope or ' +
        'supervises somebody who is. What is left says that it was done, and nothing of whom.',
    )
    .argument('<id>', 'the object id')
    .action(runningWith(forgetCommand));

  rollkeeper
    .command('migrate')
    .summary('bring the schema of the database up to date')
    .description(
      'Creates what this version keeps, or adds what an older one lacks; of the settings only those of the database ' +
        'count. For a database in which the role that synchronises may not create anything; elsewhere it happens by itself.',
    )
    .option('--print', 'print the SQL instead, and contact nothing', false)
    .option('--from <version>', 'with --print: the version that the schema has', positive)
    .action(running(migrateCommand));
}

/** Consent, the pages, the demonstration. */
function addServing(rollkeeper: Command): void {
  rollkeeper
    .command('consent')
    .summary("get an administrator's consent for the tenant")
    .description(
      'Prints the redirect URI to register and the address where an administrator consents, and listens on this machine ' +
        'for the answer. The tenant is kept once a token for it works. Needs no MSGRAPH_TENANT_ID.',
    )
    .option('--port <number>', 'where to listen for the answer', port, 4601)
    .action(running(consentCommand));

  rollkeeper
    .command('serve')
    .summary('the web application, and runs that begin by themselves')
    .description(
      'Serves the pages at /microsoft/graph/, for this machine alone unless told otherwise, and begins a run every 15 ' +
        'minutes. Administrators sign in with Entra; before they are listed, a one-time address is printed. Also ' +
        '/healthz, /readyz and, with ROLLKEEPER_TASK_TOKEN, /metrics. Ctrl-C and SIGTERM end it in good order.',
    )
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <number>', 'the port; 0 is any that is free', port, 4600)
    .option('--prefix <path>', 'where the pages begin', defaultPrefix)
    .option('--every <schedule>', 'instead of ROLLKEEPER_SCHEDULE: 15m, a cron pattern, or off')
    .option(
      '--trusted-proxy <addresses>',
      'proxies, by address or subnet, whose X-Forwarded-For says who asks',
      proxies,
    )
    .action(running(serveCommand, 10_000));

  rollkeeper
    .command('demo')
    .summary('the main job against a simulated tenant, from beginning to end')
    .description(
      'Synchronises a simulated tenant of 1,000 people into SQLite over HTTP, changes it, and synchronises again. ' +
        'Needs the package entra-simulator; contacts nothing outside this machine.',
    )
    .option('--folder <folder>', 'where the database and the CSV files go', 'rollkeeper-demo')
    .action(running(demoCommand));
}

/** That an option is off where it is not given goes without saying. */
const withoutFalse = (option: Option): string =>
  option.defaultValue === false ? option.description : new Help().optionDescription(option);

/** Who decides, and why. */
const deciding = (command: Command): Command =>
  command
    .option('--reason <text>', 'why, for the record')
    .option('--by <name>', 'who, for the record, instead of the user of the operating system');

const from = (): Option =>
  new Option('--from <source>', 'where to read').choices(['graph', 'database']).default('graph');

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number from 1.');
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/u.test(text) && number < 65_536) return number;
  throw new InvalidArgumentError('Give a port, from 0 to 65535.');
}
