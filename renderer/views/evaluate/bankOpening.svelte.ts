import { Action } from '../../state/action.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { fileRefusal, toBase64 } from '../bank/bankFiles.ts';
import type { OpenedBank } from './subjectChoices.ts';

/** A bank file that a person chose, on its way into a form. */
export class BankOpening {
  readonly action = new Action();
  readonly #studio: Studio;
  #refusal = $state<string | null>(null);

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Why the file was not read at all; null: it was, or there is none. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Null where there is none, or it could not be opened: `refusal` or the action's error says why. */
  async open(file: File | undefined): Promise<OpenedBank | null> {
    this.#refusal = file === undefined ? null : fileRefusal(file);
    if (file === undefined || this.#refusal !== null) return null;
    const opened = await this.action.run(async () =>
      this.#studio.call('evaluation.openBank', { base64: await toBase64(file), fileName: file.name }),
    );
    return opened === null ? null : { ...opened, fileName: file.name };
  }
}
