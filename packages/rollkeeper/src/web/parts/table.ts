import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

export interface Column<Row> {
  /** The heading; put a link here to sort. */
  readonly head: string | Html;
  readonly cell: (row: Row) => string | number | Html;
  /**
   * `number`: to the right, in digits of one width. `wide`: may break its line, and takes what room there is. `words`: may
   * break its line. Default `text`: does not break.
   */
  readonly kind?: 'text' | 'number' | 'wide' | 'words';
  /** For a heading that sorts: the direction in which the rows stand now. */
  readonly sorted?: 'ascending' | 'descending';
  /** Leave the column out on narrow screens. Default false. */
  readonly extra?: boolean;
}

/**
 * A table of data. It scrolls sideways in its own frame where it is too wide, by keyboard too. The caption is read
 * out, and shown where `shown` says so. Draw an `emptyState` instead where there are no rows.
 */
export function table<Row>(content: {
  readonly caption: string;
  readonly shown?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
}): Html {
  const { caption, shown = false, columns, rows } = content;
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption class="${shown ? '' : 'unseen'}">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            ({ head, sorted, ...column }) =>
              html`<th scope="col" class="${classOf(column)}" ${sortOf(sorted)}>${head}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map((column) => html`<td class="${classOf(column)}">${column.cell(row)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const sortOf = (sorted: 'ascending' | 'descending' | undefined): Html =>
  sorted === undefined ? nothing : html`aria-sort="${sorted}"`;

function classOf({ kind = 'text', extra = false }: { kind?: string; extra?: boolean }): string {
  return extra ? `${kind} extra` : kind;
}
