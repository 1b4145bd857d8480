import { byNumber } from '../../packages/rollkeeper/src/entra/aadsts.ts';
import { byCode } from '../../packages/rollkeeper/src/graph/doctor.ts';
import { code, opening, table } from './markdown.mjs';

export function errorsPage() {
  return `${opening('Errors of Entra and Graph', introduction)}
## The token endpoint: AADSTS numbers

[Microsoft's list](https://learn.microsoft.com/entra/identity-platform/reference-error-codes) has them all.

${table(
  ['numbers', 'cause', 'what to do'],
  gathered(byNumber, (number) => code(`AADSTS${number}`)),
)}
## Graph: codes

Letter case does not matter. [Microsoft's page on errors](https://learn.microsoft.com/graph/errors) explains the
statuses.

${table(['codes', 'cause', 'what to do'], gathered(byCode, code))}`;
}

const introduction = `
What Rollkeeper says about the refusals that it knows, word for word. A command shows the same where the error appears,
with the request id that Microsoft's support asks for.

A 403 is also looked at by what was asked for, so that the message names the permission that is missing.`;

/** Rows of a table, one for each finding, in the order of their first name. */
function gathered(findings, show) {
  const names = new Map();
  for (const [name, finding] of Object.entries(findings)) {
    names.set(finding, [...(names.get(finding) ?? []), name]);
  }
  return [...names].map(([{ cause, remedy }, all]) => [
    all.map(show).join(', '),
    `${cause}.`,
    remedy,
  ]);
}
