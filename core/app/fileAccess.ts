import type { ChosenFile, FileListing } from '../contract/application.ts';

/** A folder to write in, and what a screen may call it. */
export interface ExportFolder {
  readonly path: string;
  readonly name: string;
}

/**
 * The files a screen may name. A screen never sends a path: it sends the id of something it was offered, and only this
 * turns an id back into a path.
 */
export interface FileAccess {
  readonly choice: 'dialog' | 'listing';
  /** @throws AppError NOT_FOUND for an id that was not offered; CONFLICT where files are chosen through a dialog. */
  list(folderId: string | null): Promise<FileListing>;
  /** @throws AppError CONFLICT where files are chosen from a listing. */
  choose(request: {
    readonly title: string;
    readonly extensions: readonly string[];
  }): Promise<ChosenFile | null>;
  /** Where an export goes; null when the person thought better of it. */
  exportFolder(title: string): Promise<ExportFolder | null>;
  /** Absolute path of an offered file. @throws AppError INVALID_INPUT for anything else. */
  resolve(id: string): string;
}

/** One screen's shell: what it is, and which files it may name. */
export interface PageShell {
  readonly name: 'electron' | 'browser';
  readonly electronVersion: string | null;
  readonly files: FileAccess;
}
