import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CallOutput } from '../../contract/calls.ts';
import { EXPORT_FORMATS, type ExportContents, type ExportRequest } from '../../contract/bankExchange.ts';
import type { Client } from '../../contract/rpc.ts';
import { signBank } from '../../exchange/bankFile.ts';
import { readImportFolder, type FolderFiles } from '../../exchange/importFolder.ts';
import { saveAsFolder } from '../../exchange/saveExport.ts';
import { onlyFile } from '../../exchange/writeExport.ts';
import { required } from '../../shared/assertions.ts';
import { AppError, messageOf } from '../../shared/errors.ts';
import { writeFileAtomic } from '../../store/atomicFile.ts';
import { systemErrorCode } from '../../store/fileError.ts';
import { textFlag, UsageError, type CommandContext } from '../command.ts';
import { absolutePath } from '../runOptions.ts';
import { readNamedFile } from './eval.ts';

/** Banks that leave and banks that come in. */

/** `3` or `v3`; null for none. @throws UsageError for anything else. */
export function versionArgument(text: string | undefined): number | null {
  if (text === undefined) return null;
  const version = Number(text.replace(/^v/u, ''));
  if (!Number.isInteger(version) || version < 0)
    throw new UsageError(`"${text}" is not a bank version; use a number such as 3 or v3.`);
  return version;
}

function requestOf(context: CommandContext): ExportRequest {
  const wanted = textFlag(context, 'format') ?? 'json';
  const format = EXPORT_FORMATS.find((one) => one === wanted);
  if (format === undefined)
    throw new UsageError(`--format is ${EXPORT_FORMATS.join(', ')}, not "${wanted}".`);
  const license = textFlag(context, 'license');
  if (license !== null && format !== 'agent-skills')
    throw new UsageError('--license is for --format agent-skills; the other formats name none.');
  if (context.flags['sign'] !== undefined && format !== 'json')
    throw new UsageError('--sign is for --format json; the other formats hold no signature.');
  return {
    version: versionArgument(textFlag(context, 'version') ?? undefined),
    format,
    hasController: context.flags['with-controller'] === true,
    hasCases: context.flags['with-cases'] === true,
    license,
  };
}

/** What goes along, in words, with what of it is private. */
export function contentLines(contents: ExportContents): string[] {
  const { skills, lineages, reviewers, controllerBytes, hardCases, solvedCases, traces, spans } = contents;
  const cases = hardCases + solvedCases;
  return [
    `Bank v${contents.version} as ${contents.format}: ${contents.files} ${contents.files === 1 ? 'file' : 'files'}, ${contents.sizeBytes} bytes`,
    `  ${skills} skills`,
    lineages === 0
      ? '  no lineage'
      : `  lineage of ${lineages}, with names of clusters (words of questions) and reasons that reviewers gave`,
    ...(reviewers.length === 0 ? [] : [`  names of reviewers: ${reviewers.join(', ')}`]),
    ...(controllerBytes === 0 ? [] : [`  the trained controller, ${controllerBytes} characters of base64`]),
    cases === 0
      ? '  none of your text: no questions, no answers, no spans'
      : `  PRIVATE: ${cases} questions with their answers (${hardCases} hard, ${solvedCases} solved) and the text of ${traces} traces in ${spans} spans`,
  ];
}

export async function exportBank(client: Client, context: CommandContext): Promise<void> {
  const path = absolutePath(required(context.positionals[1], 'file argument'));
  const request = requestOf(context);
  const keyFile = textFlag(context, 'sign');
  const key = keyFile === null ? null : Buffer.from(await readNamedFile(keyFile)).toString('utf8');
  const { output } = context;
  if (context.flags['preview'] === true) {
    const contents = await client.call('bank.describeExport', request);
    for (const line of contentLines(contents)) output.line(line);
    output.json(contents);
    return;
  }
  const { files, contents } = await client.call('bank.export', request);
  for (const line of contentLines(contents)) output.line(line);
  if (request.format === 'agent-skills' || request.format === 'reference') await saveAsFolder(path, files);
  else {
    const { text } = onlyFile({ files });
    await writeFileAtomic(
      path,
      key === null ? text : signBank(text, { pem: key, source: keyFile ?? 'the key' }),
    );
  }
  output.line(`Wrote ${path}`);
  output.json({ file: path, ...contents });
}

/** A file, or everything in a folder that can hold skills. */
async function readGiven(path: string): Promise<FolderFiles> {
  let isFolder: boolean;
  try {
    const found = await lstat(path);
    isFolder = found.isDirectory();
    if (found.isSymbolicLink())
      throw new AppError(
        'INVALID_INPUT',
        `${path} is a symbolic link, and an import follows none: name the file itself.`,
      );
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (systemErrorCode(error) === 'ENOENT')
      throw new AppError('NOT_FOUND', `There is no file ${path}; check the path.`, { cause: error });
    throw new AppError('UNAVAILABLE', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
  if (isFolder) return readImportFolder(path);
  return { files: [{ path: basename(path), bytes: await readNamedFile(path) }], leftOut: [] };
}

function signatureWords({ state, fingerprint, name }: CallOutput<'bank.import'>['signature']): string {
  if (state === 'none') return 'It is not signed.';
  return state === 'trusted'
    ? `Signed by ${name ?? ''} (${fingerprint ?? ''}), whom you trust.`
    : `Signed by a key you do not know, ${fingerprint ?? ''}; "memskill bank trust" makes it known.`;
}

export async function importBank(client: Client, context: CommandContext): Promise<void> {
  const { files, leftOut } = await readGiven(absolutePath(required(context.positionals[1], 'file argument')));
  const imported = await client.call('bank.import', {
    files: files.map(({ path, bytes }) => ({ path, base64: Buffer.from(bytes).toString('base64') })),
    acceptAll: context.flags['accept-all'] === true,
  });
  const { output } = context;
  const { proposalIds, version, format, skillCount, notes, signature, flagged } = imported;
  output.line(`Read ${skillCount} ${skillCount === 1 ? 'skill' : 'skills'} (${format}).`);
  if (format === 'json') output.line(signatureWords(signature));
  for (const note of notes) output.line(note);
  if (leftOut.length > 0) output.line(`Not looked at: ${leftOut.join(', ')}`);
  for (const { proposalId, name, flags } of flagged)
    for (const { field, reason, excerpt } of flags)
      output.line(`CAREFUL ${proposalId} ${name}: its ${field} ${reason}: "${excerpt}"`);
  if (proposalIds.length === 0) output.line('Every skill of the file is already in the bank; nothing to do.');
  else if (version === null) output.line(`Waiting for review: ${proposalIds.join(', ')}`);
  else
    output.line(
      `Accepted and applied ${proposalIds.join(', ')} as bank v${version.version}, ${version.hash.slice(0, 12)}.`,
    );
  output.json(imported);
}
