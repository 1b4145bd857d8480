import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import type { AssetName } from './assets.ts';
import { tokenField } from './parts/form.ts';
import { html, name, nothing } from './parts/html.ts';
import type { Html } from './parts/html.ts';
import type { Viewer } from './principal.ts';
import type { Site, WebEnv } from './site.ts';

/** The pages of the navigation, in its order. */
const sections = [
  ['overview', '/', 'Overview'],
  ['people', '/people', 'People'],
  ['org-chart', '/org-chart', 'Org chart'],
  ['groups', '/groups', 'Groups'],
  ['runs', '/runs', 'Runs'],
  ['diagnostics', '/diagnostics', 'Diagnostics'],
] as const;
export type Section = (typeof sections)[number][0];

export interface PageContent {
  /** Of the window and, unless `heading` says otherwise, of the page. */
  readonly title: string;
  /** Marked in the navigation; absent: none. */
  readonly section?: Section;
  /** Instead of the title: a name, for example, or a way back above it. */
  readonly heading?: Html;
  /** Buttons beside the heading. */
  readonly actions?: Html;
  readonly body: Html;
  /** Default 200. */
  readonly status?: ContentfulStatusCode;
  /** Loads the page again after so many seconds, for readers without script. */
  readonly reloadAfter?: number;
}

/** A page in its frame, as the answer to a request. */
export async function page(
  context: Context<WebEnv>,
  site: Site,
  content: PageContent,
): Promise<Response> {
  const viewer: Viewer | undefined = context.get('viewer');
  return await context.html(frame(site, viewer ?? null, content), content.status ?? 200);
}

function frame(site: Site, viewer: Viewer | null, content: PageContent): Html {
  const { title, heading, actions, body, reloadAfter } = content;
  const asset = (file: AssetName): string => site.path(site.assets.pathOf(file));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        ${
          reloadAfter === undefined
            ? nothing
            : html`<noscript><meta http-equiv="refresh" content="${reloadAfter}" /></noscript>`
        }
        <title>${title} · Rollkeeper</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${asset('pico.css')}" />
        <link rel="stylesheet" href="${asset('site.css')}" />
        <link rel="stylesheet" href="${asset('directory.css')}" />
        <script type="module" src="${asset('page.js')}"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        ${head(site, viewer, content.section)}
        <main id="content" tabindex="-1" class="${viewer === null ? 'gate' : ''}">
          <div class="page-head">
            <h1>${heading ?? title}</h1>
            ${actions ?? nothing}
          </div>
          ${body}
        </main>
      </body>
    </html>`;
}

function head(site: Site, viewer: Viewer | null, current: Section | undefined): Html {
  if (viewer === null) {
    return html`<header class="top"><span class="brand">Rollkeeper</span></header>`;
  }
  return html`<header class="top">
    <a class="brand" href="${site.path('/')}">Rollkeeper</a>
    <nav aria-label="Pages">
      <ul>
        ${sections.map(
          ([section, below, text]) =>
            html`<li>
              <a
                href="${site.path(below)}"
                ${section === current ? html`aria-current="page"` : nothing}
                >${text}</a
              >
            </li>`,
        )}
      </ul>
    </nav>
    ${
      viewer.signedIn
        ? account(site, viewer)
        : html`<p class="who">
            ${viewer.name === null ? nothing : name(viewer.name)}
            ${viewer.may === 'view' ? html`<span class="muted">may view</span>` : nothing}
          </p>`
    }
  </header>`;
}

/** Who signed in; opened, the ways out. */
function account(site: Site, viewer: Viewer): Html {
  return html`<details class="account">
    <summary>${name(viewer.name ?? 'Signed in')}</summary>
    <form method="post" action="${site.path('/sign-out')}">
      ${tokenField(viewer)}
      <button class="secondary" type="submit">Sign out</button>
      <button class="secondary" type="submit" formaction="${site.path('/sign-out-everywhere')}">
        Sign out everywhere
      </button>
    </form>
  </details>`;
}
