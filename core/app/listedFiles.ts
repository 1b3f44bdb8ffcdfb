import { realpathSync, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { FileEntry, FileListing } from '../contract/application.ts';
import { AppError } from '../shared/errors.ts';
import { systemErrorCode } from '../store/fileError.ts';
import type { ExportFolder, FileAccess } from './fileAccess.ts';

/**
 * Files chosen from a listing of a few folders. Law: whatever text comes as an id, the path it leads to lies, with every
 * link followed, in one of those folders; and nothing hidden is offered or found.
 */
export interface ListedRoot {
  /** As a person knows it. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

const MAX_ENTRIES = 1000;

/** Where an id points: a folder to begin with and the names on the way from it. */
interface Place {
  readonly rootIndex: number;
  readonly root: ListedRoot;
  readonly names: readonly string[];
}

/** A name that can be a part of an id: no way up or elsewhere on any system, and not hidden. */
function isOfferable(name: string): boolean {
  return (
    name !== '' && !name.startsWith('.') && !/[/\\\0]/u.test(name) && !(sep === '\\' && name.includes(':'))
  );
}

function idOf({ rootIndex, names }: Pick<Place, 'rootIndex' | 'names'>): string {
  return `${rootIndex}:${names.join('/')}`;
}

function parseId(roots: readonly ListedRoot[], id: string): Place | null {
  const match = /^(0|[1-9]\d{0,3}):(.*)$/su.exec(id);
  const rootIndex = Number(match?.[1]);
  const root = roots[rootIndex];
  const text = match?.[2];
  if (root === undefined || text === undefined) return null;
  const names = text === '' ? [] : text.split('/');
  return names.every(isOfferable) ? { rootIndex, root, names } : null;
}

/** Whether a real path is the real folder or in it, with nothing hidden on the way. */
function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way.split(sep).every(isOfferable));
}

/** Gone, not to be read, or a loop of links: there is nothing to offer, whatever the reason. */
function isOutOfReach(error: unknown): boolean {
  return systemErrorCode(error) !== null;
}

type Listed = Pick<FileEntry, 'name' | 'isFolder'>;

function byName(a: Listed, b: Listed): number {
  if (a.isFolder !== b.isFolder) return a.isFolder ? -1 : 1;
  return a.name.localeCompare(b.name, 'en', { numeric: true }) || (a.name < b.name ? -1 : 1);
}

/** What lies at a place; null for what is no file and no folder, leads elsewhere, or is gone. */
async function entryAt(place: Place): Promise<FileEntry | null> {
  const { root, names } = place;
  try {
    const path = await realpath(join(root.path, ...names));
    if (!isInside(await realpath(root.path), path)) return null;
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) return null;
    return {
      id: idOf(place),
      name: names.at(-1) ?? root.name,
      isFolder: found.isDirectory(),
      sizeBytes: found.isDirectory() ? 0 : found.size,
      modifiedAtMs: found.mtimeMs,
    };
  } catch (error) {
    if (isOutOfReach(error)) return null;
    throw error;
  }
}

/** What may be offered of a folder, in order. Only links are followed: a folder may hold very many files. */
async function namesIn(place: Place): Promise<Listed[]> {
  const found = await readdir(join(place.root.path, ...place.names), { withFileTypes: true });
  const listed = await Promise.all(
    found.map(async (one): Promise<Listed | null> => {
      if (!isOfferable(one.name)) return null;
      if (one.isSymbolicLink()) return entryAt(inside(place, one.name));
      return one.isFile() || one.isDirectory() ? { name: one.name, isFolder: one.isDirectory() } : null;
    }),
  );
  return listed.filter((one) => one !== null).toSorted(byName);
}

function inside(place: Place, name: string): Place {
  return { ...place, names: [...place.names, name] };
}

function notFound(): AppError {
  return new AppError(
    'NOT_FOUND',
    'There is no such folder to look into any more; begin again from the top.',
  );
}

class ListedFiles implements FileAccess {
  readonly choice = 'listing';
  readonly #roots: readonly ListedRoot[];
  readonly #exports: ExportFolder;

  constructor(roots: readonly ListedRoot[], exports: ExportFolder) {
    this.#roots = roots;
    this.#exports = exports;
  }

  async exportFolder(): Promise<ExportFolder> {
    return this.#exports;
  }

  async list(folderId: string | null): Promise<FileListing> {
    if (folderId === null) return this.#listRoots();
    const place = parseId(this.#roots, folderId);
    if (place === null) throw notFound();
    const folder = await entryAt(place);
    if (folder?.isFolder !== true) throw notFound();
    const listed = await namesIn(place);
    const entries = await Promise.all(
      listed.slice(0, MAX_ENTRIES).map(({ name }) => entryAt(inside(place, name))),
    );
    const { names } = place;
    return {
      folder: {
        id: folderId,
        name: folder.name,
        parentId: names.length === 0 ? null : idOf({ ...place, names: names.slice(0, -1) }),
      },
      entries: entries.filter((entry) => entry !== null),
      isCut: listed.length > MAX_ENTRIES,
    };
  }

  async choose(): Promise<never> {
    throw new AppError('CONFLICT', 'Files are chosen from a listing here; list the folders instead.');
  }

  resolve(id: string): string {
    const place = parseId(this.#roots, id);
    const path = place === null ? null : this.#fileAt(place);
    if (path !== null) return path;
    throw new AppError(
      'INVALID_INPUT',
      `"${id}" is no file that was offered here; choose the data file from the list.`,
    );
  }

  #fileAt({ root, names }: Place): string | null {
    try {
      const path = realpathSync(join(root.path, ...names));
      return isInside(realpathSync(root.path), path) && statSync(path).isFile() ? path : null;
    } catch (error) {
      if (isOutOfReach(error)) return null;
      throw error;
    }
  }

  async #listRoots(): Promise<FileListing> {
    const entries = await Promise.all(
      this.#roots.map((root, rootIndex) => entryAt({ rootIndex, root, names: [] })),
    );
    const folders = entries.filter((entry) => entry !== null).filter((entry) => entry.isFolder);
    return { folder: null, entries: folders.toSorted(byName), isCut: false };
  }
}

/** Lets screens choose files from these folders and what is in them. A folder that is gone is not offered. */
export function createListedFiles(roots: readonly ListedRoot[], exports: ExportFolder): FileAccess {
  return new ListedFiles(roots, exports);
}
