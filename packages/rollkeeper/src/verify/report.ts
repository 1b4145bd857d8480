import { createHash } from 'node:crypto';
import type { Answer } from './verify.ts';
import type { Reading } from './question.ts';

/** What a report says of itself; none of it names the tenant. */
export interface ReportFacts {
  readonly version: string;
  /** The tenant's id, which is shown as a mark only. */
  readonly tenant: string;
  /** Such as `https://graph.microsoft.com`. */
  readonly graphUrl: string;
  readonly at: Date;
  readonly requests: number;
}

const marks: Readonly<Record<Reading, string>> = {
  'as expected': 'as expected',
  otherwise: '**otherwise**',
  'not seen': '*not seen*',
};

/** The report in Markdown. It holds no name, no address and no id: the tenant is a mark that cannot be turned back. */
export function reportOf(answers: readonly Answer[], facts: ReportFacts): string {
  const { version, graphUrl, at, requests } = facts;
  const count = (reading: Reading) => answers.filter(({ seen }) => seen.reading === reading).length;
  return [
    '# What this tenant does where the documentation leaves it open',
    '',
    `Written by rollkeeper ${version} on ${at.toISOString().slice(0, 10)}, from ${requests} requests that only read. It`,
    'names nobody: answers are given as counts, statuses, codes and names of properties.',
    '',
    '| | |',
    '|---|---|',
    `| Graph | ${new URL(graphUrl).host} |`,
    `| tenant | ${markOf(facts.tenant)} (a mark made from its id) |`,
    `| as expected | ${count('as expected')} |`,
    `| otherwise | ${count('otherwise')} |`,
    `| not seen | ${count('not seen')} |`,
    '',
    ...answers.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf({ question, seen }: Answer): readonly string[] {
  const { name, doubt, expected, either } = question;
  return [
    `## ${name}: ${marks[seen.reading]}`,
    '',
    `- In doubt because it is ${doubt}.`,
    `- Expected: ${expected}`,
    `- Seen: ${seen.what}`,
    `- In either case, Rollkeeper: ${either}`,
    '',
  ];
}

/** The same for the same tenant, so that two reports can be told to be of one. */
export function markOf(id: string): string {
  return createHash('sha256')
    .update(`rollkeeper verify ${id.toLowerCase()}`)
    .digest('hex')
    .slice(0, 12);
}
