import type { ChosenFile } from '../../../core/contract/application.ts';
import type { CallOutput } from '../../../core/contract/calls.ts';
import type { KeptKeys, ModelView } from '../../../core/contract/model.ts';
import { Action } from '../../state/action.svelte.ts';
import { LongAction } from '../../state/longAction.svelte.ts';
import type { Studio } from '../../state/studio.svelte.ts';
import { addressProblem, keyVariableProblem, serverBase } from './serverWords.ts';

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
  readonly forgetting = new Action();
  /** Typed; emptied as soon as it was handed over. */
  key = $state('');
  model = $state('');
  purpose = $state<ModelView['purpose']>('chat');
  #baseUrl = $state('');
  #keyVariable = $state('');
  #keyKind = $state<'typed' | 'variable'>('variable');
  /** Whether keys can be kept here, and for which servers one is. */
  #keys = $state.raw<KeptKeys>({ refusal: '', servers: [] });
  /** What the server said it offers; null until it was asked. */
  #offered = $state.raw<Offered | null>(null);
  readonly #studio: Studio;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  get keys(): KeptKeys {
    return this.#keys;
  }

  get keyKind(): 'typed' | 'variable' {
    return this.#keyKind;
  }

  set keyKind(kind: 'typed' | 'variable') {
    this.#keyKind = kind;
    this.#offered = null;
  }

  get hasKeptKey(): boolean {
    return this.#keys.servers.includes(serverBase(this.#baseUrl));
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
    return this.#keyKind === 'typed' ? null : keyVariableProblem(this.#keyVariable);
  }

  get canList(): boolean {
    return addressProblem(this.#baseUrl) === null && this.keyProblem === null;
  }

  get canAdd(): boolean {
    return this.canList && this.model.trim() !== '';
  }

  /** Asked once, when the fields are shown. */
  async findKeys(): Promise<void> {
    this.#keys = await this.#studio.call('models.keptKeys', {});
    if (this.#keys.refusal === null) this.#keyKind = 'typed';
  }

  async forgetKey(): Promise<void> {
    const baseUrl = this.#baseUrl.trim();
    const keys = await this.forgetting.run(() => this.#studio.call('models.forgetKey', { baseUrl }));
    if (keys !== null) this.#keys = keys;
  }

  async list(): Promise<void> {
    const offered = await this.listing.run(async (signal) => {
      await this.#keepKey();
      return this.#studio.call('models.listServer', this.#where(), { signal });
    });
    if (offered === null) return;
    this.#offered = offered;
    if (!offered.some(({ name }) => name === this.model)) this.model = offered[0]?.name ?? '';
  }

  async add(): Promise<ModelView | null> {
    const { purpose } = this;
    const model = this.model.trim();
    return this.adding.run(async (signal) => {
      await this.#keepKey();
      return this.#studio.call('models.addServer', { ...this.#where(), model, purpose }, { signal });
    });
  }

  async #keepKey(): Promise<void> {
    const key = this.key.trim();
    if (this.#keyKind === 'variable' || key === '') return;
    this.#keys = await this.#studio.call('models.keepKey', { baseUrl: this.#baseUrl.trim(), key });
    this.key = '';
  }

  #where(): { baseUrl: string; keyVariable: string | null } {
    const keyVariable = this.#keyKind === 'typed' ? '' : this.#keyVariable.trim();
    return { baseUrl: this.#baseUrl.trim(), keyVariable: keyVariable === '' ? null : keyVariable };
  }
}
