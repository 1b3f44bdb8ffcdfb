import { COMMANDS, type CommandId } from '../../core/contract/commands.ts';

/** What a key press looks like to the keymap. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const SEQUENCES: readonly { readonly id: CommandId; readonly keys: readonly string[] }[] = COMMANDS;

/** Inputs that no letter can be typed into. */
const PRESSED_INPUTS = ['checkbox', 'radio', 'range', 'button', 'submit', 'file'];

function isText(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !PRESSED_INPUTS.includes(target.type);
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/** The keys of a command as they are pressed, for a hint. */
export function keysOf(id: CommandId): readonly string[] {
  return SEQUENCES.find((one) => one.id === id)?.keys ?? [];
}

/**
 * Runs commands by key or from the native menu. A command without a handler at the moment does nothing. The latest
 * handler of a command wins: what is on top answers.
 */
export class Keymap {
  readonly #handlers = new Map<CommandId, (() => void)[]>();
  #pressed: readonly string[] = [];
  #wanted: CommandId | null = null;
  readonly #showHandler: (id: CommandId) => boolean;

  /**
   * @param showHandler makes the part of the page appear that handles a command which nobody handles now, where there is
   *   one; the command then runs as soon as it is handled.
   */
  constructor(showHandler: (id: CommandId) => boolean = () => false) {
    this.#showHandler = showHandler;
  }

  /** Returns the function that takes the handler away. */
  on(id: CommandId, handler: () => void): () => void {
    this.#handlers.set(id, [...(this.#handlers.get(id) ?? []), handler]);
    if (this.#wanted === id) {
      this.#wanted = null;
      handler();
    }
    return () => {
      this.#handlers.set(
        id,
        (this.#handlers.get(id) ?? []).filter((one) => one !== handler),
      );
    };
  }

  /** As `on`, for several at once. */
  onAll(handlers: readonly (readonly [CommandId, () => void])[]): () => void {
    const undo = handlers.map(([id, handler]) => this.on(id, handler));
    return () => undo.forEach((one) => one());
  }

  /** False when nobody handles the command. */
  run(id: string): boolean {
    const command = SEQUENCES.find((one) => one.id === id);
    if (command === undefined) return false;
    const handler = this.#handlers.get(command.id)?.at(-1);
    if (handler === undefined) {
      // Before it is shown: it may handle at once.
      this.#wanted = command.id;
      if (this.#showHandler(command.id)) return true;
      this.#wanted = null;
      return false;
    }
    handler();
    return true;
  }

  /** True when the press belongs to a command, finished or begun. */
  press({ key, ctrlKey, metaKey, altKey }: KeyPress): boolean {
    if (ctrlKey || metaKey || altKey || key.length !== 1) return false;
    const continued = [...this.#pressed, key];
    const pressed = this.#hasPrefix(continued) ? continued : [key];
    const complete = SEQUENCES.find(({ keys }) => keys.join(' ') === pressed.join(' '));
    if (complete !== undefined) {
      this.#pressed = [];
      return this.run(complete.id);
    }
    this.#pressed = this.#hasPrefix(pressed) ? pressed : [];
    return this.#pressed.length > 0;
  }

  /** For the window's `keydown`: not in text fields, and not behind a dialog. */
  readonly handleEvent = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat || isText(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (this.press(event)) event.preventDefault();
  };

  #hasPrefix(pressed: readonly string[]): boolean {
    return SEQUENCES.some(({ keys }) => pressed.every((key, at) => keys[at] === key));
  }
}
