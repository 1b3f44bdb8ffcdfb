import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './shells/shellProcess.ts';

/**
 * Runs a command of the command line.
 *
 * @throws Error with what it printed, when it ended otherwise than well.
 */
export async function memskill(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, ['core/cli/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (status !== 0)
    throw new Error(`memskill ${args.join(' ')} ended with ${status ?? 'a signal'}:\n${stderr}`);
  return stdout;
}

/**
 * What a workspace can hold before a journey begins. `review`: a run on the sample whose first stage has ended, with hard
 * cases, clusters, and proposals that wait for a verdict. `versions`: a finished run that changed the bank by itself.
 */
const TRAINING = { review: [], versions: ['--review', 'auto'] } as const;
export type Preparation = keyof typeof TRAINING;

export async function prepareWorkspace(what: Preparation, workspace: string): Promise<void> {
  await memskill('train', ...TRAINING[what], '--workspace', workspace, '--json');
}

/** Trains once and hands out copies. */
export class PreparedWorkspaces {
  readonly #folder: string;
  readonly #made = new Map<Preparation, Promise<string>>();

  /** @param folder Where the originals are kept; whoever made it removes it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async copyTo(what: Preparation, workspace: string): Promise<void> {
    const made = this.#made.get(what) ?? this.#make(what);
    this.#made.set(what, made);
    cpSync(await made, workspace, { recursive: true });
  }

  async #make(what: Preparation): Promise<string> {
    const workspace = join(this.#folder, what);
    await prepareWorkspace(what, workspace);
    return workspace;
  }
}
