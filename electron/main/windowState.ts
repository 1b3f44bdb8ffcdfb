import { readFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { writeFileAtomicSync } from '../../core/store/atomicFile.ts';
import { systemErrorCode } from '../../core/store/fileError.ts';

const SCHEMA_VERSION = 1;

const stateSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Of the window when it is not maximised, in device-independent pixels of the whole desktop. */
  bounds: z.strictObject({
    x: z.number().int(),
    y: z.number().int(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
  }),
  isMaximized: z.boolean(),
});

export interface WindowState {
  readonly bounds: Rectangle;
  readonly isMaximized: boolean;
}

/** `x` and `y` are absent where the system is to choose. */
export interface WindowPlace {
  readonly bounds: Pick<Rectangle, 'width' | 'height'> & Partial<Rectangle>;
  readonly isMaximized: boolean;
}

export const MINIMUM_SIZE = { width: 900, height: 600 } as const;
const DEFAULT_SIZE = { width: 1280, height: 820 } as const;
/** As much of a window has to be on a display for a person to get hold of it. */
const VISIBLE_PX = 120;

function overlap(from: number, length: number, otherFrom: number, otherLength: number): number {
  return Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);
}

/** A window is dragged by its upper edge, which therefore has to be on the display. */
function canBeReached(bounds: Rectangle, area: Rectangle): boolean {
  return (
    overlap(bounds.x, bounds.width, area.x, area.width) >= VISIBLE_PX &&
    bounds.y >= area.y &&
    bounds.y + VISIBLE_PX <= area.y + area.height
  );
}

function fit(size: number, minimum: number, available: number): number {
  return Math.max(minimum, Math.min(size, available));
}

/**
 * Where a window opens: where it was, if that is still on a display, else in the middle of the first.
 *
 * @param workAreas Of the displays there are now, the primary one first.
 */
export function placeWindow(saved: WindowState | null, workAreas: readonly Rectangle[]): WindowPlace {
  const area = saved === null ? undefined : workAreas.find((one) => canBeReached(saved.bounds, one));
  const [primary] = workAreas;
  const { width, height } = saved?.bounds ?? DEFAULT_SIZE;
  const available = area ?? primary ?? DEFAULT_SIZE;
  const size = {
    width: fit(width, MINIMUM_SIZE.width, available.width),
    height: fit(height, MINIMUM_SIZE.height, available.height),
  };
  const isMaximized = saved?.isMaximized ?? false;
  if (saved === null || area === undefined) return { bounds: size, isMaximized };
  return { bounds: { x: saved.bounds.x, y: saved.bounds.y, ...size }, isMaximized };
}

/** Null when nothing was saved, or by another version: where a window stood is not worth a word. */
export function readWindowState(path: string): WindowState | null {
  try {
    return stateSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError || systemErrorCode(error) !== null) return null;
    throw error;
  }
}

/** At once: the window it is of is about to close. @throws AppError UNAVAILABLE when the file cannot be written. */
export function saveWindowState(path: string, { bounds, isMaximized }: WindowState): void {
  const { x, y, width, height } = bounds;
  const state: z.infer<typeof stateSchema> = {
    schemaVersion: SCHEMA_VERSION,
    bounds: { x, y, width, height },
    isMaximized,
  };
  writeFileAtomicSync(path, `${JSON.stringify(state)}\n`);
}
