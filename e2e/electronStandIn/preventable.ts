import type { EventEmitter } from 'node:events';

export interface PreventableEvent {
  readonly defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventableEvent<Details extends object>(details: Details): PreventableEvent & Details {
  let isPrevented = false;
  const base = {
    get defaultPrevented() {
      return isPrevented;
    },
    preventDefault: () => {
      isPrevented = true;
    },
  };
  return Object.assign(base, details);
}

/** True when a listener prevented what would follow. Listeners get the event first, as in Electron. */
export function emitPreventable(
  emitter: EventEmitter,
  name: string,
  details: object = {},
  ...rest: unknown[]
): boolean {
  const event = preventableEvent(details);
  emitter.emit(name, event, ...rest);
  return event.defaultPrevented;
}
