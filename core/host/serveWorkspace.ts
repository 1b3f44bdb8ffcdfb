import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createListedFiles } from '../app/listedFiles.ts';
import type { StudioOptions } from '../app/studio.ts';
import { takeWorkspace } from '../app/takeWorkspace.ts';
import { AppError } from '../shared/errors.ts';
import { PageFiles } from './pageFiles.ts';
import { WebHost } from './webHost.ts';

export interface ServeOptions extends StudioOptions {
  readonly workspaceDir: string;
  /** Folders beside the workspace that a screen may choose files from. */
  readonly folders: readonly string[];
  /** Where the built page is. */
  readonly pageFolder: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface ServedWorkspace {
  /** The address to open, with the token of this launch. */
  readonly url: string;
  /** See `WebHost.createTicketUrl`. */
  createTicketUrl(): string;
  /** Pauses what trains, then disconnects the pages and gives the workspace back. */
  close(): Promise<void>;
}

function listedFolder(folder: string): { readonly name: string; readonly path: string } {
  const path = resolve(folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new AppError('NOT_FOUND', `There is no folder ${path} to choose files from: check its path.`);
  return { name: basename(path) || path, path };
}

/**
 * Opens a workspace as its owner and serves its screens to browsers on this machine.
 *
 * @throws AppError UNAVAILABLE when the screens are not built, NOT_FOUND for a folder that is not there, CONFLICT when
 * another process owns the workspace; as `WebHost.start`.
 */
export async function serveWorkspace(options: ServeOptions): Promise<ServedWorkspace> {
  const { workspaceDir, folders, pageFolder, port, platform, clock } = options;
  const pageFiles = PageFiles.read(pageFolder);
  const listed = folders.map(listedFolder);
  const studio = await takeWorkspace(workspaceDir, { platform, clock });
  try {
    const files = createListedFiles([{ name: 'Workspace', path: resolve(workspaceDir) }, ...listed], {
      path: join(resolve(workspaceDir), 'exports'),
      name: 'exports in the workspace',
    });
    const host = await WebHost.start({
      files: pageFiles,
      port,
      onPage: (page) => studio.attachPage(page, { name: 'browser', electronVersion: null, files }),
    });
    return {
      url: host.url,
      createTicketUrl: () => host.createTicketUrl(),
      close: async () => {
        // Pages see their runs pause; one that reloads meanwhile finds nobody.
        host.stopListening();
        try {
          await studio.close();
        } finally {
          await host.close();
        }
      },
    };
  } catch (error) {
    await studio.close();
    throw error;
  }
}
