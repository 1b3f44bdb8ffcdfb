import type { ChosenFile } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import type { ModelView } from '../../../core/contract/model.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { addressProblem, keyVariableProblem } from './serverWords.ts';

type Offered = CallOutput<'models.listServer'>;

/** A file that is to be added, while somebody chooses it. */
export class NewFile {
  readonly adding = new LongAction();
  file = $state.raw<ChosenFile | null>(null);
  name = $state('');
  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get canAdd(): boolean {
    return this.file !== null;
  }

  async add(): Promise<ModelView | null> {
    const { file } = this;
    const name = this.name.trim();
    if (file === null) return null;
    return this.adding.run((signal) =>
      this.#studio.call('models.addFile', { file: file.id, name: name === '' ? null : name }, { signal }),
    );
  }
}

/** A model on a server that is to be added, while somebody writes down where it is. */
export class NewServer {
  readonly adding = new LongAction();
  readonly listing = new LongAction();
  model = $state('');
  purpose = $state<ModelView['purpose']>('chat');
  #baseUrl = $state('');
  #keyVariable = $state('');
  /** What the server said it offers; null until it was asked. */
  #offered = $state.raw<Offered | null>(null);
  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get baseUrl(): string {
    return this.#baseUrl;
  }

  /** Another server has other models. */
  set baseUrl(text: string) {
    this.#baseUrl = text;
    this.#offered = null;
  }

  get keyVariable(): string {
    return this.#keyVariable;
  }

  set keyVariable(text: string) {
    this.#keyVariable = text;
    this.#offered = null;
  }

  get offered(): Offered | null {
    return this.#offered;
  }

  get addressProblem(): string | null {
    return this.#baseUrl.trim() === '' ? null : addressProblem(this.#baseUrl);
  }

  get keyProblem(): string | null {
    return keyVariableProblem(this.#keyVariable);
  }

  get canList(): boolean {
    return addressProblem(this.#baseUrl) === null && this.keyProblem === null;
  }

  get canAdd(): boolean {
    return this.canList && this.model.trim() !== '';
  }

  async list(): Promise<void> {
    const where = this.#where();
    const offered = await this.listing.run((signal) =>
      this.#studio.call('models.listServer', where, { signal }),
    );
    if (offered === null) return;
    this.#offered = offered;
    if (!offered.some(({ name }) => name === this.model)) this.model = offered[0]?.name ?? '';
  }

  async add(): Promise<ModelView | null> {
    const { purpose } = this;
    const model = this.model.trim();
    return this.adding.run((signal) =>
      this.#studio.call('models.addServer', { ...this.#where(), model, purpose }, { signal }),
    );
  }

  #where(): { baseUrl: string; keyVariable: string | null } {
    const keyVariable = this.#keyVariable.trim();
    return { baseUrl: this.#baseUrl.trim(), keyVariable: keyVariable === '' ? null : keyVariable };
  }
}
