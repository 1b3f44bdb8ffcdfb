import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  MINIMUM_SIZE,
  placeWindow,
  readWindowState,
  saveWindowState,
  type WindowState,
} from './windowState.ts';

const LAPTOP = { x: 0, y: 25, width: 1440, height: 875 };
const SECOND = { x: 1440, y: 0, width: 1920, height: 1080 };
const at = (x: number, y: number, width = 1000, height = 700): WindowState => ({
  bounds: { x, y, width, height },
  isMaximized: false,
});

describe('where a window opens', () => {
  test('the first time in the middle, no larger than the display', () => {
    expect(placeWindow(null, [LAPTOP])).toEqual({ bounds: { width: 1280, height: 820 }, isMaximized: false });
    expect(placeWindow(null, [{ x: 0, y: 0, width: 1024, height: 700 }]).bounds).toEqual({
      width: 1024,
      height: 700,
    });
  });

  test('where it was, on the display it was on', () => {
    const saved = { ...at(1700, 40), isMaximized: true };
    expect(placeWindow(saved, [LAPTOP, SECOND])).toEqual(saved);
  });

  test('in the middle again when its display is gone', () => {
    expect(placeWindow(at(1700, 40), [LAPTOP])).toEqual({
      bounds: { width: 1000, height: 700 },
      isMaximized: false,
    });
  });

  test('not where its upper edge could not be caught hold of', () => {
    expect(placeWindow(at(100, -30), [LAPTOP]).bounds).toEqual({ width: 1000, height: 700 });
    expect(placeWindow(at(-900, 40), [LAPTOP]).bounds).toEqual({ width: 1000, height: 700 });
    expect(placeWindow(at(-880, 40), [LAPTOP]).bounds).toMatchObject({ x: -880, y: 40 });
  });

  test('always reachable, and never smaller than the least size', () => {
    const number = fc.integer({ min: -5000, max: 5000 });
    const size = fc.integer({ min: 1, max: 5000 });
    const rectangle = fc.record({ x: number, y: number, width: size, height: size });
    fc.assert(
      fc.property(rectangle, fc.array(rectangle, { maxLength: 3 }), (bounds, areas) => {
        const place = placeWindow({ bounds, isMaximized: false }, areas).bounds;
        expect(place.width).toBeGreaterThanOrEqual(MINIMUM_SIZE.width);
        expect(place.height).toBeGreaterThanOrEqual(MINIMUM_SIZE.height);
        if (place.x === undefined || place.y === undefined) return;
        const { x, y, width } = { x: place.x, y: place.y, width: bounds.width };
        expect(
          areas.some(
            (area) =>
              x + width >= area.x + 120 &&
              x <= area.x + area.width - 120 &&
              y >= area.y &&
              y < area.y + area.height,
          ),
        ).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe('its file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memskill-window-'));
    path = join(folder, 'window.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('what is saved is read', () => {
    saveWindowState(path, { ...at(10, 20), isMaximized: true });
    expect(readWindowState(path)).toEqual({ schemaVersion: 1, ...at(10, 20), isMaximized: true });
  });

  test('none, one that is no JSON and one of another version count as none', () => {
    expect(readWindowState(path)).toBeNull();
    writeFileSync(path, '{"schemaVersion":1,');
    expect(readWindowState(path)).toBeNull();
    writeFileSync(path, JSON.stringify({ schemaVersion: 2, ...at(10, 20) }));
    expect(readWindowState(path)).toBeNull();
  });
});
