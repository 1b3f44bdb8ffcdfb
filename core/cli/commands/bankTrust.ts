import { existsSync } from 'node:fs';
import type { CallOutput } from '../../contract/calls.ts';
import type { PairedResult } from '../../contract/proposal.ts';
import type { Client } from '../../contract/rpc.ts';
import { generateKeyPair, publicKeyFingerprint } from '../../exchange/bankSignature.ts';
import { required } from '../../shared/assertions.ts';
import { AppError } from '../../shared/errors.ts';
import { writeSecretFile, writeFileAtomic } from '../../store/atomicFile.ts';
import { textFlag, type CommandContext } from '../command.ts';
import { absolutePath, checkedChanges } from '../runOptions.ts';
import { points } from '../table.ts';
import { readNamedFile } from './eval.ts';

/** Whether a bank is what it says: hashes, signature, and its cases asked again. */

function resultLine(name: string, result: PairedResult): string {
  const [low, high] = result.interval;
  return `  ${name.padEnd(12)} ${result.count} questions: ${result.wins} better, ${result.ties} the same, ${result.losses} worse; ${points(result.meanDifference)} points [${points(low)}, ${points(high)}]`;
}

function signatureLine({ state, fingerprint, name }: CallOutput<'bank.verify'>['signature']): string {
  if (state === 'none') return 'Signature: none';
  return state === 'trusted'
    ? `Signature: good, by ${name ?? ''}, key ${fingerprint ?? ''}, trusted`
    : `Signature: good, key ${fingerprint ?? ''}, NOT trusted (memskill bank trust PUBLIC_KEY)`;
}

export async function verifyBank(client: Client, context: CommandContext): Promise<void> {
  const file = required(context.positionals[1], 'file argument');
  const bytes = await readNamedFile(file);
  const stop = client.on('bank.onProof', (progress) =>
    context.output.progress({ ...progress, label: 'traces' }),
  );
  const checked = await client.call(
    'bank.verify',
    {
      base64: Buffer.from(bytes).toString('base64'),
      fileName: file,
      config: checkedChanges(context.runOptions),
    },
    { signal: context.signal },
  );
  stop();
  const { output } = context;
  const { bankHash, skillCount, signature, proof } = checked;
  output.line(`Hashes: all fit; bank ${bankHash}, ${skillCount} skills`);
  output.line(signatureLine(signature));
  if (proof === null)
    output.line('Evaluations: none in the file, so there is nothing to ask again (export with --with-cases)');
  else {
    output.line(
      `Asked again with the seed skills alone and with this bank (engine ${proof.engine}, ${proof.selection} selection, embedder ${proof.embedder}):`,
    );
    output.line(resultLine('hard cases', proof.affected));
    output.line(resultLine('solved ones', proof.guard));
    output.line(resultLine('all', proof.overall));
  }
  output.json(checked);
}

/** A private key, readable for its owner alone, and beside it the public one to give away. */
export async function makeKey(context: CommandContext): Promise<void> {
  const path = absolutePath(required(context.positionals[1], 'file argument'));
  const publicPath = `${path}.pub`;
  const there = [path, publicPath].find((one) => existsSync(one));
  if (there !== undefined)
    throw new AppError(
      'CONFLICT',
      `There is a file ${there} already, and a key is never written over; name another.`,
    );
  const { privateKey, publicKey, fingerprint } = generateKeyPair();
  await writeSecretFile(path, privateKey);
  await writeFileAtomic(publicPath, publicKey);
  const { output } = context;
  output.line(`Private key: ${path} (keep it to yourself)`);
  output.line(`Public key:  ${publicPath} (give it away)`);
  output.line(`Fingerprint: ${fingerprint}`);
  output.json({ privateKey: path, publicKey: publicPath, fingerprint });
}

export async function trustKey(client: Client, context: CommandContext): Promise<void> {
  const file = context.positionals[1];
  const settings = await client.call('settings.get', {});
  const { output } = context;
  if (file === undefined) {
    for (const { fingerprint, name } of settings.trustedKeys) output.line(`${fingerprint} ${name}`);
    if (settings.trustedKeys.length === 0) output.line('No key is trusted yet.');
    output.json(settings.trustedKeys);
    return;
  }
  const pem = Buffer.from(await readNamedFile(file)).toString('utf8');
  const fingerprint = publicKeyFingerprint(pem, file);
  const others = settings.trustedKeys.filter((one) => one.fingerprint !== fingerprint);
  const name = textFlag(context, 'name') ?? '';
  const trustedKeys = [...others, { fingerprint, name }];
  await client.call('settings.set', { ...settings, trustedKeys });
  output.line(`Trusted: ${fingerprint} ${name}`);
  output.json(trustedKeys);
}

export async function distrustKey(client: Client, context: CommandContext): Promise<void> {
  const fingerprint = required(context.positionals[1], 'fingerprint argument');
  const settings = await client.call('settings.get', {});
  const trustedKeys = settings.trustedKeys.filter((one) => one.fingerprint !== fingerprint);
  if (trustedKeys.length === settings.trustedKeys.length)
    throw new AppError(
      'NOT_FOUND',
      `No key ${fingerprint} is trusted; "memskill bank trust" lists those that are.`,
    );
  await client.call('settings.set', { ...settings, trustedKeys });
  context.output.line(`No longer trusted: ${fingerprint}`);
  context.output.json(trustedKeys);
}
