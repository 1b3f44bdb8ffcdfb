import type { Page } from '@playwright/test';

/** One started application with its first window. */
export interface OpenShell {
  readonly page: Page;
  /** Another window of the same application. */
  readonly newWindow: () => Promise<Page>;
  /** What a person will choose when asked for a file. Null: files are chosen from a listing in the page. */
  readonly chooseNext: ((path: string) => Promise<void>) | null;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
  /** Ends it as a person would, and waits until it is gone. @throws Error when it fails at that. */
  readonly close: () => Promise<void>;
  /** What its process printed. */
  readonly output: () => string;
}

export interface OpenOptions {
  readonly workspace: string;
  /** A folder that is kept as long as the workspace, for what a shell itself keeps. */
  readonly userData: string;
  /** Hears of everything no page of the application may do. */
  readonly onViolation: (text: string) => void;
}

/** Starts applications. */
export interface Shell {
  readonly open: (options: OpenOptions) => Promise<OpenShell>;
}
