import { loud } from './loud.ts';
import { report } from './messages.ts';

/** What a person would have answered, by method, in the order the dialogs come. */
const answers = new Map<string, unknown[]>();

export function addAnswer(method: string, result: unknown): void {
  answers.set(method, [...(answers.get(method) ?? []), result]);
}

/** The last argument is the options; a window may come first. */
function show(method: string, args: readonly unknown[]): unknown {
  report({ kind: 'dialog', method, options: args.at(-1) });
  const next = answers.get(method)?.shift();
  if (next === undefined) {
    report({ kind: 'violation', text: `A dialog nobody expected: ${method} ${JSON.stringify(args.at(-1))}` });
  }
  return next;
}

export const dialog = loud('dialog', {
  showOpenDialog: async (...args: unknown[]): Promise<unknown> =>
    show('showOpenDialog', args) ?? { canceled: true, filePaths: [] },
  showMessageBox: async (...args: unknown[]): Promise<unknown> =>
    show('showMessageBox', args) ?? { response: 0, checkboxChecked: false },
  showErrorBox: (title: string, content: string): void => {
    process.stderr.write(`${title}: ${content}\n`);
    report({ kind: 'dialog', method: 'showErrorBox', options: { title, content } });
  },
});
