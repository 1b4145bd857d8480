import type { GroupOf } from '../../store/search.ts';
import { groupProfile } from '../../directory/person.ts';
import { personBadge } from '../parts/badge.ts';
import { html, name, nothing, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, facts } from '../parts/pieces.ts';
import { time } from '../parts/time.ts';
import type { Viewer } from '../principal.ts';
import type { ShownPerson } from '../shown.ts';
import { sees } from '../shown.ts';
import type { Site } from '../site.ts';
import { text } from './table.ts';

const reasonWords = {
  left_scope: 'left the group',
  disabled: 'the account was disabled',
  soft_deleted: 'deleted in Entra, and may be restored there',
  permanently_deleted: 'deleted in Entra for good',
} as const;

/** Everything that is kept of somebody. */
export function attributesCard(person: ShownPerson, viewer: Viewer): Html {
  const extra = Object.entries(person.attributes).map(
    ([attribute, value]) =>
      [
        printable(attribute),
        text(typeof value === 'string' ? value : JSON.stringify(value)),
      ] as const,
  );
  return card(
    'Attributes',
    facts([
      ['Status', statusFact(person)],
      ['Name', text(person.displayName)],
      ['User name', text(person.userPrincipalName)],
      ['Mail', text(person.mail)],
      ['First name', text(person.givenName)],
      ['Last name', text(person.surname)],
      ['Job title', text(person.jobTitle)],
      ['Department', text(person.department)],
      ['Company', text(person.companyName)],
      ['Office', text(person.officeLocation)],
      ['Employee id', text(person.employeeId)],
      ...phones(person, viewer),
      ['Kind of user', text(person.userType)],
      ['Created in Entra', time(person.createdDateTime)],
      ...extra,
      ['Object id', html`<code>${printable(person.id)}</code>`],
    ]),
  );
}

function statusFact({ status, statusSince, deletedReason }: ShownPerson): Html {
  const why = deletedReason === null ? nothing : html`, because: ${reasonWords[deletedReason]}`;
  return html`${personBadge(status)} since ${time(statusSince)}${why}`;
}

function phones(person: ShownPerson, viewer: Viewer): readonly (readonly [string, Html])[] {
  if (!sees(viewer, 'mobilePhone')) return [];
  return [
    ['Mobile phone', text(person.mobilePhone)],
    ['Business phones', text(person.businessPhones.join(', '))],
  ];
}

/** Groups that hold somebody directly, then those that hold these. */
export function groupsCard(site: Site, groups: readonly GroupOf[]): Html {
  if (groups.length === 0) {
    return card('Groups', emptyState('In no group', 'No group that is kept has this person.'));
  }
  return card(
    'Groups',
    html`<ul class="lines">
      ${groups.map(
        (group) =>
          html`<li>
            ${groupLink(site, group)}
            ${group.direct ? nothing : html`<span class="tag">through another group</span>`}
          </li>`,
      )}
    </ul>`,
  );
}

export function groupLink(site: Site, group: Pick<GroupOf, 'id' | 'values'>): Html {
  const { displayName } = groupProfile(group.id, group.values);
  return html`<a href="${site.path(`/groups/${encodeURIComponent(group.id)}`)}"
    >${name(displayName ?? group.id)}</a
  >`;
}
