import type { Department } from '../../store/search.ts';
import { html, nothing, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import type { Asked } from './query.ts';
import { isNarrowed, none } from './query.ts';

const statusWords: Readonly<Record<Asked['status'], string>> = {
  in_scope: 'In scope',
  active: 'Active',
  disabled: 'Disabled',
  left: 'Left the scope',
  deleted: 'Deleted',
  outside: 'Managers outside',
  all: 'Everyone',
};

const guestWords: Readonly<Record<Asked['guests'], string>> = {
  '': 'With guests',
  only: 'Guests only',
  without: 'Without guests',
};

/** The form over the table: sent by GET, so that what is found has an address. */
export function filters(path: string, asked: Asked, departments: readonly Department[]): Html {
  return html`<search>
    <form class="filters" method="get" action="${path}">
      <label class="grow">
        <span>Search</span>
        <input
          type="search"
          name="q"
          value="${asked.text}"
          maxlength="200"
          placeholder="Name, mail, job title, department"
          autocomplete="off"
          spellcheck="false"
        />
      </label>
      <label>
        <span>Status</span>
        <select name="status">
          ${options(Object.entries(statusWords), asked.status)}
        </select>
      </label>
      <label>
        <span>Department</span>
        <select name="department">
          ${options([['', 'Any'], ...departments.map(choice)], asked.department ?? '')}
        </select>
      </label>
      <label>
        <span>Guests</span>
        <select name="guests">
          ${options(Object.entries(guestWords), asked.guests)}
        </select>
      </label>
      ${
        asked.sort === 'name'
          ? nothing
          : html`<input type="hidden" name="sort" value="${asked.sort}" />`
      }
      ${asked.descending ? html`<input type="hidden" name="order" value="down" />` : nothing}
      <div class="buttons">
        <button type="submit">Search</button>
        ${isNarrowed(asked) ? html`<a href="${path}">Reset</a>` : nothing}
      </div>
    </form>
  </search>`;
}

const choice = ({ name, people }: Department): readonly [value: string, text: string] =>
  name === ''
    ? [none, `No department (${number(people)})`]
    : [name, `${printable(name)} (${number(people)})`];

const options = (
  choices: readonly (readonly [value: string, text: string])[],
  chosen: string,
): Html =>
  html`${choices.map(
    ([value, text]) =>
      html`<option value="${value}" ${value === chosen ? html`selected` : nothing}>
        ${text}
      </option>`,
  )}`;
