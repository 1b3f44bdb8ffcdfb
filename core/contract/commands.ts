/**
 * Every command of the application, once: the native menu, the key handlers of the page, its hints and its sheet of keys
 * are all made from this list.
 */
export interface Command {
  readonly id: string;
  /** What it does, as a menu item says it. */
  readonly label: string;
  /** Where the native menu has it; null: keys only. */
  readonly menu: 'File' | 'View' | 'Run' | 'Review' | 'Help' | null;
  /** Heading in the sheet of keys. */
  readonly group: 'Go to' | 'Runs' | 'Review' | 'Bank' | 'Evaluate' | 'Memory' | 'Anywhere';
  /**
   * Keys in the page, pressed one after another; a single character as `KeyboardEvent.key` gives it. Never active in
   * text fields. Null: no key.
   */
  readonly keys: readonly string[] | null;
  /** Of the native menu, in Electron's notation. */
  readonly accelerator: string | null;
}

export const COMMANDS = [
  {
    id: 'go.runs',
    label: 'Runs',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'r'],
    accelerator: 'CmdOrCtrl+1',
  },
  {
    id: 'go.review',
    label: 'Review',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'v'],
    accelerator: 'CmdOrCtrl+2',
  },
  {
    id: 'go.cases',
    label: 'Hard cases',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'c'],
    accelerator: 'CmdOrCtrl+3',
  },
  {
    id: 'go.bank',
    label: 'Bank',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'b'],
    accelerator: 'CmdOrCtrl+4',
  },
  {
    id: 'go.evaluate',
    label: 'Evaluate',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'e'],
    accelerator: 'CmdOrCtrl+6',
  },
  {
    id: 'go.memory',
    label: 'Memory',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'l'],
    accelerator: 'CmdOrCtrl+7',
  },
  {
    id: 'go.models',
    label: 'Models',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 'm'],
    accelerator: 'CmdOrCtrl+5',
  },
  {
    id: 'go.settings',
    label: 'Settings',
    menu: 'View',
    group: 'Go to',
    keys: ['g', 's'],
    accelerator: 'CmdOrCtrl+,',
  },
  { id: 'run.new', label: 'New run', menu: 'Run', group: 'Runs', keys: ['n'], accelerator: 'CmdOrCtrl+N' },
  {
    id: 'run.pause',
    label: 'Pause or resume the run',
    menu: 'Run',
    group: 'Runs',
    keys: ['.'],
    accelerator: null,
  },
  {
    id: 'review.next',
    label: 'Next proposal',
    menu: 'Review',
    group: 'Review',
    keys: ['j'],
    accelerator: null,
  },
  {
    id: 'review.previous',
    label: 'Previous proposal',
    menu: 'Review',
    group: 'Review',
    keys: ['k'],
    accelerator: null,
  },
  { id: 'review.approve', label: 'Approve', menu: 'Review', group: 'Review', keys: ['a'], accelerator: null },
  {
    id: 'review.edit',
    label: 'Edit and approve',
    menu: 'Review',
    group: 'Review',
    keys: ['e'],
    accelerator: null,
  },
  { id: 'review.reject', label: 'Reject', menu: 'Review', group: 'Review', keys: ['r'], accelerator: null },
  {
    id: 'review.redraft',
    label: 'Ask for another draft',
    menu: 'Review',
    group: 'Review',
    keys: ['d'],
    accelerator: null,
  },
  { id: 'review.park', label: 'Park', menu: 'Review', group: 'Review', keys: ['p'], accelerator: null },
  {
    id: 'review.undo',
    label: 'Undo: take the last one back',
    menu: 'Review',
    group: 'Review',
    keys: ['z'],
    accelerator: null,
  },
  {
    id: 'review.redo',
    label: 'Redo: give the verdict again',
    menu: 'Review',
    group: 'Review',
    keys: ['y'],
    accelerator: null,
  },
  {
    id: 'review.badCase',
    label: 'Bad case: the gold answer is wrong',
    menu: null,
    group: 'Review',
    keys: ['b'],
    accelerator: null,
  },
  {
    id: 'review.case',
    label: 'Open or close the next case',
    menu: null,
    group: 'Review',
    keys: ['c'],
    accelerator: null,
  },
  {
    id: 'review.sideBySide',
    label: 'Words or side by side',
    menu: null,
    group: 'Review',
    keys: ['s'],
    accelerator: null,
  },
  {
    id: 'review.select',
    label: 'Select, to decide on several',
    menu: null,
    group: 'Review',
    keys: ['v'],
    accelerator: null,
  },
  {
    id: 'review.apply',
    label: 'Apply what is approved',
    menu: 'Review',
    group: 'Review',
    keys: ['A'],
    accelerator: null,
  },
  {
    id: 'bank.export',
    label: 'Export the bank',
    menu: 'File',
    group: 'Bank',
    keys: ['x'],
    accelerator: 'CmdOrCtrl+E',
  },
  {
    id: 'bank.import',
    label: 'Import a bank',
    menu: 'File',
    group: 'Bank',
    keys: ['i'],
    accelerator: 'CmdOrCtrl+I',
  },
  {
    id: 'evaluation.new',
    label: 'New evaluation',
    menu: 'Run',
    group: 'Evaluate',
    keys: ['E'],
    accelerator: null,
  },
  {
    id: 'experiment.new',
    label: 'New experiment',
    menu: 'Run',
    group: 'Evaluate',
    keys: ['X'],
    accelerator: null,
  },
  {
    id: 'memory.search',
    label: 'Search the memories',
    menu: null,
    group: 'Memory',
    keys: ['/'],
    accelerator: null,
  },
  { id: 'help.keys', label: 'Keys', menu: 'Help', group: 'Anywhere', keys: ['?'], accelerator: null },
] as const satisfies readonly Command[];

export type CommandId = (typeof COMMANDS)[number]['id'];
