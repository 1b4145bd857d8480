import { hierarchy, tree } from 'd3-hierarchy';
import { linkHorizontal } from 'd3-shape';

import type { ShownPerson } from '../shown.ts';
import type { Chart, ChartPerson } from './chart.ts';

/** A box's size, and what is left between two, in pixels. */
export const box = { width: 196, height: 42 } as const;
const gap = { across: 44, down: 10 } as const;
/** Managers that are drawn above the person in the middle. */
const tallest = 2;
const margin = 8;

/** What one box stands for. */
export type Content =
  | {
      readonly kind: 'person';
      readonly person: ShownPerson;
      readonly middle: boolean;
      readonly again: boolean;
      /** Reports who are not drawn. */
      readonly hidden: number;
    }
  /** Managers, or a circle, further up. */
  | { readonly kind: 'above'; readonly people: number; readonly circle: boolean }
  /** Reports who are not drawn. */
  | { readonly kind: 'more'; readonly people: number };

export interface Box {
  readonly content: Content;
  readonly left: number;
  readonly top: number;
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** Lines between boxes, as SVG path data. */
  readonly links: readonly string[];
}

interface Node {
  readonly content: Content;
  readonly children: readonly Node[];
}

/** Where everybody stands: the top on the left, reports to the right. */
export function draw(chart: Chart): Drawing {
  const place = tree<Node>()
    .nodeSize([box.height + gap.down, box.width + gap.across])
    .separation((one, other) => (one.parent === other.parent ? 1 : 1.25));
  const root = place(hierarchy<Node>(nodes(chart), ({ children }) => children));
  const placed = root.descendants();
  const highest = Math.min(...placed.map(({ x }) => x));
  const lowest = Math.max(...placed.map(({ x }) => x));
  const deepest = Math.max(...placed.map(({ y }) => y));
  const top = (x: number): number => x - highest + margin;
  const line = linkHorizontal<unknown, readonly [number, number]>();
  return {
    width: deepest + box.width + 2 * margin,
    height: lowest - highest + box.height + 2 * margin,
    boxes: placed.map(({ data, x, y }) => ({
      content: data.content,
      left: y + margin,
      top: top(x),
    })),
    links: root.links().map(({ source, target }) => {
      const middle = (x: number): number => top(x) + box.height / 2;
      const from = [source.y + margin + box.width, middle(source.x)] as const;
      const to = [target.y + margin, middle(target.x)] as const;
      return line({ source: from, target: to }) ?? '';
    }),
  };
}

function nodes(chart: Chart): Node {
  const { above, end, middle, next, previous } = chart;
  const missing = next === null && previous === null ? 0 : middle.reports - middle.below.length;
  const rest: readonly Node[] =
    missing > 0 ? [{ content: { kind: 'more', people: missing }, children: [] }] : [];
  const self: Node = {
    content: { kind: 'person', person: middle.person, middle: true, again: false, hidden: 0 },
    children: [...middle.below.map(below), ...rest],
  };
  const shown = above.slice(0, tallest);
  const line = shown.reduce<Node>(
    (child, person) => ({
      content: { kind: 'person', person, middle: false, again: false, hidden: 0 },
      children: [child],
    }),
    self,
  );
  const further = above.length - shown.length;
  const circle = end === 'cycle';
  if (further === 0 && !circle) return line;
  return { content: { kind: 'above', people: further, circle }, children: [line] };
}

function below({ person, reports, again, below: leaves }: ChartPerson): Node {
  const hidden = again ? 0 : reports - leaves.length;
  return {
    content: { kind: 'person', person, middle: false, again, hidden },
    children: leaves.map(below),
  };
}
