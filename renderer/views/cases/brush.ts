/** A rectangle over a plane, and what a person does to it. In the plane's own units; pure. */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Area {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** A rectangle is never smaller than this share of the plane, so that it can always be seen and held. */
const LEAST_SHARE = 0.02;
/** How far a key moves or stretches it, as a share of the plane. */
const KEY_SHARE = 0.05;
const NEW_SHARE = 0.4;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Between two corners in any order, no further than the plane. */
export function areaBetween(from: Spot, to: Spot, plane: Area): Area {
  const [x0 = 0, x1 = 0] = [from.x, to.x].map((x) => clamp(x, plane.x0, plane.x1)).toSorted((a, b) => a - b);
  const [y0 = 0, y1 = 0] = [from.y, to.y].map((y) => clamp(y, plane.y0, plane.y1)).toSorted((a, b) => a - b);
  return { x0, x1, y0, y1 };
}

/** Where a rectangle begins that is made by key: around a place, and wholly within the plane. */
export function areaAround(centre: Spot, plane: Area): Area {
  const width = (plane.x1 - plane.x0) * NEW_SHARE;
  const height = (plane.y1 - plane.y0) * NEW_SHARE;
  const x0 = clamp(centre.x - width / 2, plane.x0, plane.x1 - width);
  const y0 = clamp(centre.y - height / 2, plane.y0, plane.y1 - height);
  return { x0, x1: x0 + width, y0, y1: y0 + height };
}

/** Arrow keys move it and, with Shift, its upper right corner; the y axis points up. Null: the key does nothing. */
export function areaAfterKey(key: string, isStretching: boolean, area: Area, plane: Area): Area | null {
  const direction = DIRECTIONS[key];
  if (direction === undefined) return null;
  const [width, height] = [plane.x1 - plane.x0, plane.y1 - plane.y0];
  const [dx, dy] = [direction[0] * width * KEY_SHARE, direction[1] * height * KEY_SHARE];
  if (isStretching) {
    return {
      ...area,
      x1: clamp(area.x1 + dx, Math.min(area.x0 + width * LEAST_SHARE, plane.x1), plane.x1),
      y1: clamp(area.y1 + dy, Math.min(area.y0 + height * LEAST_SHARE, plane.y1), plane.y1),
    };
  }
  // At an edge of the plane it stops; its size stays.
  const byX = clamp(dx, plane.x0 - area.x0, plane.x1 - area.x1);
  const byY = clamp(dy, plane.y0 - area.y0, plane.y1 - area.y1);
  return { x0: area.x0 + byX, x1: area.x1 + byX, y0: area.y0 + byY, y1: area.y1 + byY };
}

/** Edges belong to it. */
export function isWithin({ x, y }: Spot, { x0, x1, y0, y1 }: Area): boolean {
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
}
