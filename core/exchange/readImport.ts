import { BANK_FILE_LIMITS } from '../contract/skill.ts';
import { IMPORT_LIMITS, type ImportFormat } from '../contract/bankExchange.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { readAgentSkills, SKILL_FILE } from './agentSkills/readAgentSkills.ts';
import { BANK_FORMAT, parseBank } from './bankFile.ts';
import { readText, type ImportFile, type ReadSkills } from './importedSkills.ts';
import { checkImportPath } from './importPath.ts';
import { PROMPT_PACK_TITLE, readPromptPack } from './promptPack.ts';
import {
  dictionaryIn,
  isOperationBank,
  readDictionaryFile,
  readMarkdownSkills,
  readOperationBank,
} from './referenceBank.ts';
import { MARKER } from './skillMarkers.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

/**
 * Tells what a file or folder is by its content and reads it. Law: nothing is executed, nothing is written, no path of an
 * import is followed; what is not understood as a whole is refused as a whole.
 */

export interface ReadImport extends ReadSkills {
  readonly format: ImportFormat;
  /** The file or folder in words. */
  readonly name: string;
}

const PICKLE = /\.(?:pt|pth|pkl|pickle|ckpt|bin|joblib)$/iu;
const MEBIBYTE = 1024 * 1024;

/** A pickle begins with 0x80 and its protocol, a PyTorch checkpoint is a zip file of one. */
function isPickle({ path, bytes }: ImportFile): boolean {
  return PICKLE.test(path) || bytes[0] === 0x80 || (bytes[0] === 0x50 && bytes[1] === 0x4b);
}

function refusePickle(file: ImportFile): void {
  if (!isPickle(file)) return;
  throw fileError('INVALID_INPUT', {
    fileName: file.path,
    path: [],
    problem:
      'is a pickled checkpoint or an archive, and opening one can run code that came with it: it is never read. Have the bank written as JSON or Markdown where it was made',
  });
}

function refuseTooMuch(files: readonly ImportFile[]): void {
  if (files.length > IMPORT_LIMITS.files)
    throw new AppError(
      'INVALID_INPUT',
      `The folder has ${files.length} files, and at most ${IMPORT_LIMITS.files} are read: choose the folder of the skills alone.`,
    );
  const total = files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (total > IMPORT_LIMITS.totalBytes)
    throw new AppError(
      'INVALID_INPUT',
      `The ${files.length === 1 ? `file ${files[0]?.path}` : 'folder'} has ${(total / MEBIBYTE).toFixed(1)} MiB, and at most ${BANK_FILE_LIMITS.sizeBytes / MEBIBYTE} MiB are read: check that it is the right one.`,
    );
}

function isJson({ path, bytes }: ImportFile): boolean {
  if (/\.json$/iu.test(path)) return true;
  const start = Buffer.from(bytes.subarray(0, 64))
    .toString('utf8')
    .replace(/^\uFEFF/u, '')
    .trimStart();
  return start.startsWith('{') || start.startsWith('[');
}

function readJson(file: ImportFile): Omit<ReadImport, 'name'> {
  const value = parseStrictJson(file.bytes, file.path);
  const isBank =
    typeof value === 'object' && value !== null && 'format' in value && value.format === BANK_FORMAT;
  if (!isBank && isOperationBank(value))
    return { format: 'reference', ...readOperationBank(value, file.path) };
  return { format: 'json', ...parseBank(file.bytes, file.path), notes: [] };
}

function readMarkdown(file: ImportFile): Omit<ReadImport, 'name'> {
  const text = readText(file);
  if (text.startsWith('---\n')) return { format: 'agent-skills', ...readAgentSkills([alone(file)]) };
  const isPack = text.startsWith(PROMPT_PACK_TITLE) && text.split('\n').some((line) => MARKER.test(line));
  if (isPack) return { format: 'prompt', ...readPromptPack(file) };
  return { format: 'reference', ...readMarkdownSkills([file]) };
}

/** A SKILL.md by itself: nobody knows what its folder was called. */
function alone(file: ImportFile): ImportFile {
  return { ...file, path: SKILL_FILE };
}

function readFolder(files: readonly ImportFile[]): Omit<ReadImport, 'name'> {
  if (files.some(({ path }) => path.split('/').at(-1) === SKILL_FILE))
    return { format: 'agent-skills', ...readAgentSkills(files) };
  const dictionary = dictionaryIn(files);
  if (dictionary !== null) return { format: 'reference', ...readDictionaryFile(dictionary) };
  const markdown = files.filter(({ path }) => /\.md$/iu.test(path));
  if (markdown.length > 0) return { format: 'reference', ...readMarkdownSkills(markdown) };
  throw new AppError(
    'INVALID_INPUT',
    'The folder holds no SKILL.md, no operation_bank.json and no Markdown: choose the folder of the skills.',
  );
}

/**
 * Reads one file, or the files of a folder.
 *
 * @throws AppError INVALID_INPUT or CORRUPT_DATA naming the file, what is wrong with it and what to do.
 */
export function readImport(files: readonly ImportFile[]): ReadImport {
  if (files.length === 0)
    throw new AppError('INVALID_INPUT', 'There is no file to import: choose a file or a folder with skills.');
  refuseTooMuch(files);
  for (const { path } of files) checkImportPath(path);
  const first = required(files[0], 'file');
  const isSingle = files.length === 1 && !first.path.includes('/');
  const name = isSingle ? first.path : required(first.path.split('/')[0], 'folder');
  if (isSingle) refusePickle(first);
  const read = !isSingle ? readFolder(files) : isJson(first) ? readJson(first) : readMarkdown(first);
  if (read.skills.length === 0)
    throw fileError('INVALID_INPUT', {
      fileName: name,
      path: [],
      problem: 'holds no skill: choose a bank, a SKILL.md or a folder of them',
    });
  return { ...read, name };
}
