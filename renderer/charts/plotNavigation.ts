import type { Attachment } from 'svelte/attachments';
import { PAN_SHARE, ZOOM_FACTOR, type CurveView } from './curveView.svelte.ts';
import type { Interval, LinearAxis } from './geometry/linearAxis.ts';

/** How far a wheel turns for twice as near, in its own pixels. */
const WHEEL_PX = 300;

interface Drag {
  readonly kind: 'pan' | 'select';
  /** Where the plot begins, in the window, and where the drag does, in the plot. */
  readonly leftPx: number;
  readonly startPx: number;
  readonly startValue: number;
  readonly seen: Interval;
  readonly axis: LinearAxis;
}

/** What a key does to a view; null: nothing. */
export function keyedMove(
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  view: CurveView,
): (() => void) | null {
  if (key === '+' || key === '=') return () => view.zoom(ZOOM_FACTOR);
  if (key === '-') return () => view.zoom(1 / ZOOM_FACTOR);
  if (key === '0') return () => view.showAll();
  if (key === 'Enter') return () => view.selectSeen();
  if (key === 'Escape') return () => view.clearInterval();
  if (!shiftKey) return null;
  if (key === 'ArrowLeft') return () => view.pan(-PAN_SHARE);
  return key === 'ArrowRight' ? () => view.pan(PAN_SHARE) : null;
}

/**
 * Moves a view by wheel (with Ctrl: a page that scrolls must not zoom by accident), by drag and by key. Shift, or the
 * view's own mode, makes a drag select.
 */
export function plotNavigation(view: CurveView, axisOf: () => LinearAxis): Attachment<HTMLElement> {
  return (element) => {
    let drag: Drag | null = null;
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const leftOf = (): number => element.getBoundingClientRect().left;

    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      view.zoom(2 ** (-event.deltaY / WHEEL_PX), axisOf().valueAt(event.clientX - leftOf()));
    };
    const onDown = (event: PointerEvent): void => {
      if (event.button !== 0) return;
      const [axis, leftPx] = [axisOf(), leftOf()];
      const startPx = event.clientX - leftPx;
      const kind = event.shiftKey || view.isSelecting ? 'select' : 'pan';
      drag = { kind, leftPx, startPx, startValue: axis.valueAt(startPx), seen: view.seen, axis };
      element.setPointerCapture(event.pointerId);
    };
    const onMove = (event: PointerEvent): void => {
      if (drag === null) return;
      const place = event.clientX - drag.leftPx;
      if (drag.kind === 'select') {
        view.select(drag.startValue, drag.axis.valueAt(place));
        return;
      }
      const { seen, axis, startPx } = drag;
      const perPx = (seen[1] - seen[0]) / (axis.range[1] - axis.range[0]);
      view.panFrom(seen, (startPx - place) * perPx);
    };
    const onEnd = (): void => {
      drag = null;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const move = keyedMove(event, view);
      if (move === null) return;
      // Otherwise the control with focus, or a command of the application, would answer as well.
      event.preventDefault();
      move();
    };

    element.addEventListener('wheel', onWheel, { passive: false, signal: stop.signal });
    element.addEventListener('pointerdown', onDown, options);
    element.addEventListener('pointermove', onMove, options);
    element.addEventListener('pointerup', onEnd, options);
    element.addEventListener('pointercancel', onEnd, options);
    element.addEventListener('keydown', onKey, options);
    return () => stop.abort();
  };
}
