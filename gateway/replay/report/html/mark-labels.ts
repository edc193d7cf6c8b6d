import { escaped, pixel } from './markup.ts';

/** A line that stands up from an axis, and what is written at its head. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** A row of labels: how high it stands, and between which borders. */
export interface LabelRow {
  readonly y: number;
  readonly left: number;
  readonly right: number;
}

/** About the width of a character of a label, which no label may be wider than. */
const CHARACTER_WIDTH = 7;
const GAP = 4;

/** The labels of one or two marks, each on the side of its line where it meets neither border nor the other. */
export function markLabels(marks: readonly Mark[], row: LabelRow): string {
  const [first, second] = marks.toSorted((one, other) => one.x - other.x);
  if (first === undefined) return '';
  if (second === undefined) return labelText(first, sideAlone(first, row), row);
  const secondSide = sideAlone(second, row);
  const end = secondSide === 'end' ? second.x - widthOf(second) : second.x;
  const fitsBetween = first.x + widthOf(first) <= end;
  const fitsBefore = first.x - widthOf(first) >= row.left;
  const firstSide = fitsBetween || !fitsBefore ? 'start' : 'end';
  return labelText(first, firstSide, row) + labelText(second, secondSide, row);
}

type Side = 'start' | 'end';

function sideAlone(mark: Mark, { right }: LabelRow): Side {
  return mark.x + widthOf(mark) > right ? 'end' : 'start';
}

function widthOf({ label }: Mark): number {
  return label.length * CHARACTER_WIDTH + GAP;
}

function labelText({ x, label }: Mark, side: Side, { y }: LabelRow): string {
  const shift = side === 'start' ? GAP : -GAP;
  return `<text x="${pixel(x + shift)}" y="${y}" text-anchor="${side}">${escaped(label)}</text>`;
}
