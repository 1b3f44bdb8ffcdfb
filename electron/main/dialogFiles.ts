import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { OpenDialogOptions, OpenDialogReturnValue } from 'electron';
import type { FileAccess } from '../../core/app/fileAccess.ts';
import { AppError } from '../../core/shared/errors.ts';

const ID_BYTES = 16;

/**
 * Files that a person chose in dialogs of the system. An id is worth its file as long as the application runs, so that a
 * configuration that names it can be checked and started later.
 */
export function createDialogFiles(
  showOpenDialog: (options: OpenDialogOptions) => Promise<OpenDialogReturnValue>,
): FileAccess {
  const chosen = new Map<string, string>();
  return {
    choice: 'dialog',
    list: async () => {
      throw new AppError('CONFLICT', 'Files are chosen through a dialog here: use files.choose.');
    },
    choose: async ({ title, extensions }) => {
      const { filePaths } = await showOpenDialog({
        title,
        properties: ['openFile'],
        filters: extensions.length === 0 ? [] : [{ name: 'Files', extensions: [...extensions] }],
      });
      const [path] = filePaths;
      if (path === undefined) return null;
      const id = randomBytes(ID_BYTES).toString('base64url');
      chosen.set(id, path);
      return { id, name: basename(path) };
    },
    exportFolder: async (title) => {
      const { filePaths } = await showOpenDialog({
        title,
        buttonLabel: 'Export here',
        properties: ['openDirectory', 'createDirectory'],
      });
      const [path] = filePaths;
      return path === undefined ? null : { path, name: basename(path) };
    },
    resolve: (id) => {
      const path = chosen.get(id);
      if (path === undefined) {
        throw new AppError('INVALID_INPUT', `No file was chosen under the id ${id}: choose the file again.`);
      }
      return path;
    },
  };
}
