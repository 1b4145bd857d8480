import { html, nothing } from './html.ts';
import type { Html } from './html.ts';
import type { Tone } from './badge.ts';

/** Terms with what they stand for: the facts about one thing. */
export function facts(
  list: readonly (readonly [term: string, value: string | number | Html])[],
): Html {
  return html`<dl class="facts">
    ${list.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** What stands where there is nothing to show: what is missing, why, and what to do about it. */
export function emptyState(title: string, text: string | Html, action: Html = nothing): Html {
  return html`<div class="empty">
    <p class="empty-title">${title}</p>
    <p>${text}</p>
    ${action}
  </div>`;
}

/** Something to notice at the head of a page. A `bad` one is read out at once. */
export function notice(tone: Tone, title: string, text: string | Html = ''): Html {
  return html`<div class="notice" data-tone="${tone}" role="${tone === 'bad' ? 'alert' : 'status'}">
    <p class="notice-title">${title}</p>
    ${text === '' ? nothing : html`<div>${text}</div>`}
  </div>`;
}

/** A part of a page with its heading. */
export function card(
  heading: string,
  body: Html,
  options: {
    readonly action?: Html;
    /** Of the heading. Default 2. */
    readonly level?: 2 | 3;
  } = {},
): Html {
  return html`<section class="card">
    <header>
      ${options.level === 3 ? html`<h3>${heading}</h3>` : html`<h2>${heading}</h2>`}
      ${options.action ?? nothing}
    </header>
    ${body}
  </section>`;
}

/** Ways to the pages before and after this one; null: there is none. */
export function pager(links: {
  readonly label: string;
  readonly first: string | null;
  readonly previous: string | null;
  readonly next: string | null;
  /** What is shown now, such as `1 to 50 of 1,234`. */
  readonly position: string;
}): Html {
  return html`<nav class="pager" aria-label="${links.label}">
    <span class="pager-position">${links.position}</span>
    ${
      links.first === null && links.previous === null && links.next === null
        ? nothing
        : html`${link(links.first, 'First', 'first')} ${link(links.previous, 'Previous', 'prev')}
          ${link(links.next, 'Next', 'next')}`
    }
  </nav>`;
}

const link = (href: string | null, text: string, rel: string): Html =>
  href === null
    ? html`<span class="pager-off" aria-hidden="true">${text}</span>`
    : html`<a href="${href}" rel="${rel}">${text}</a>`;
