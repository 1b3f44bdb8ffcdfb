import { IMPORT_LIMITS, type SignatureView } from '../../../core/contract/bankExchange.ts';
import { counted, fileSize } from '../../ui/format.ts';

export function signatureWords({ state, fingerprint, name }: SignatureView): string {
  if (state === 'none') return 'The file is not signed.';
  if (state === 'trusted') return `Signed by ${name ?? ''} (${fingerprint ?? ''}), whom you trust.`;
  return `Signed by a key you do not know: ${fingerprint ?? ''}.`;
}

/** A file chosen alone, or from a folder; what is no text of a skill is not read. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

const IMPORTABLE = /\.(?:md|json)$/iu;

export function pickFiles(files: Iterable<File> | null, isFolder: boolean): PickedFile[] {
  return [...(files ?? [])]
    .map((file) => ({ path: isFolder ? file.webkitRelativePath : file.name, file }))
    .filter(({ path }) => !isFolder || IMPORTABLE.test(path));
}

/** What is wrong with a folder before it is read; null when it may be tried. */
export function folderRefusal(picked: readonly PickedFile[]): string | null {
  if (picked.length === 0)
    return 'The folder holds no .md and no .json file; choose the folder of the skills.';
  if (picked.length > IMPORT_LIMITS.files)
    return `The folder has ${counted(picked.length, 'file')}, and at most ${IMPORT_LIMITS.files} are read; choose the folder of the skills alone.`;
  const total = picked.reduce((sum, { file }) => sum + file.size, 0);
  return total > IMPORT_LIMITS.totalBytes
    ? `The folder has ${fileSize(total)} of skills, and at most ${fileSize(IMPORT_LIMITS.totalBytes)} are read; choose fewer.`
    : null;
}
