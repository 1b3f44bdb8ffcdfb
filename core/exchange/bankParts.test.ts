import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runConfigSchema } from '../config/schema.ts';
import { initialWeights } from '../controller/weights.ts';
import { canonicalJson, contentHash } from '../shared/contentHash.ts';
import { createRng } from '../shared/rng.ts';
import {
  checkSkillMap,
  decodeController,
  encodeController,
  refuseOtherEmbedder,
  refuseOtherOptions,
} from './bankController.ts';
import { exportBank, parseBank, signBank } from './bankFile.ts';
import { generateKeyPair, publicKeyFingerprint, viewSignature } from './bankSignature.ts';
import { exchangeBank } from './fixtures/exchangeBank.ts';

const CONFIG = runConfigSchema.parse({ hiddenDim: 8 });
const EMBEDDER = { id: 'toy', dimension: 4 };

function controller() {
  const dims = { state: 8, skill: 4, hidden: 8 };
  const weights = initialWeights(dims, 'mlp', createRng(7, 'controller'));
  const { skills } = exchangeBank();
  return {
    weights,
    skills,
    part: encodeController(weights, { options: CONFIG, embedder: EMBEDDER, skills }),
  };
}

test('a controller goes out and comes back bit for bit, with the bank it was trained on', () => {
  const { weights, skills, part } = controller();
  expect(decodeController(part, 'f')).toEqual(weights);
  expect(part.skills.map(({ name }) => name)).toEqual([
    'delete',
    'insert',
    'keep_odd_text_2',
    'noop',
    'update',
  ]);
  checkSkillMap(part, skills, 'f');
  const text = exportBank({ ...exchangeBank(), controller: part });
  const back = parseBank(text, 'f');
  expect(back.controller).toEqual(part);
  expect(exportBank(back)).toBe(text);
});

test('a controller that does not fit is refused, by what it does not fit', () => {
  const { skills, part } = controller();
  expect(() => checkSkillMap(part, skills.slice(1), 'f')).toThrow('was trained on other skills');
  expect(() => refuseOtherOptions(part, CONFIG)).not.toThrow();
  for (const change of [{ k: 5 }, { scorer: 'dot' as const }, { skillText: 'reference' as const }])
    expect(() => refuseOtherOptions(part, { ...CONFIG, ...change })).toThrow(Object.keys(change)[0]);
  expect(() => refuseOtherEmbedder(part, { embedderId: 'toy', embedderDimension: 4 })).not.toThrow();
  for (const other of [
    { embedderId: 'other', embedderDimension: 4 },
    { embedderId: 'toy', embedderDimension: 8 },
  ])
    expect(() => refuseOtherEmbedder(part, other)).toThrow('trained on vectors of toy (4 dimensions)');
  expect(() => decodeController({ ...part, scorer: 'dot' }, 'f')).toThrow('another scorer');
  expect(() => decodeController({ ...part, embedder: { ...EMBEDDER, dimension: 8 } }, 'f')).toThrow(
    'dimension',
  );
  expect(() => decodeController({ ...part, tensors: part.tensors.slice(1) }, 'f')).toThrow('f: ');
});

test('a signature is by its key over the whole document, and whose it is depends on who is trusted', () => {
  const { privateKey, publicKey, fingerprint } = generateKeyPair();
  expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/u);
  expect(publicKeyFingerprint(publicKey, 'key.pub')).toBe(fingerprint);
  const text = signBank(exportBank(exchangeBank()), { pem: privateKey, source: 'key' });
  const bank = parseBank(text, 'f');
  const signature = bank.signature ?? null;
  expect(exportBank(bank)).toBe(text);
  expect(viewSignature(signature, [])).toEqual({ state: 'unknown', fingerprint, name: null });
  expect(viewSignature(signature, [{ fingerprint, name: 'Ana' }])).toMatchObject({
    state: 'trusted',
    name: 'Ana',
  });
  expect(viewSignature(null, [])).toMatchObject({ state: 'none' });
  // Signed again by another: the former signature is not part of what is signed.
  const other = generateKeyPair();
  const again = parseBank(signBank(text, { pem: other.privateKey, source: 'key' }), 'f');
  expect(viewSignature(again.signature ?? null, [])).toMatchObject({ fingerprint: other.fingerprint });
  expect(() => signBank(text, { pem: publicKey, source: 'key.pub' })).toThrow('key.pub is not a private key');
});

test('a file of format version 1 is read as what it said', () => {
  const bank = exchangeBank();
  const current = JSON.parse(exportBank(bank)) as { skills: { name: string; lineage: unknown }[] };
  const lineage = {
    parent: 'b'.repeat(64),
    cluster: null,
    cases: [],
    replay: null,
    decision: { verdict: 'approve', source: 'cli' },
    reason: 'r',
  };
  const former = {
    ...current,
    formatVersion: 1,
    documentHash: undefined,
    skills: current.skills.map((skill) => ({ ...skill, lineage: skill.lineage === null ? null : lineage })),
  };
  const read = parseBank(canonicalJson(former), 'f');
  expect(read.skills).toEqual(bank.skills);
  expect(read.lineage['insert']).toEqual({
    ...lineage,
    parent: undefined,
    parents: ['b'.repeat(64)],
    designer: null,
    decision: { verdict: 'approve', source: 'cli', reviewer: null },
  });
  const written = exportBank(read);
  expect(parseBank(written, 'f')).toEqual(read);
  // As before: another text than was hashed is refused.
  expect(() => parseBank(canonicalJson({ ...former, bankHash: contentHash('x') }), 'f')).toThrow('bankHash');
});

test('the published schema knows every part', () => {
  const schema = readFileSync(
    new URL('../../resources/schema/skill-bank.schema.json', import.meta.url),
    'utf8',
  );
  for (const key of [
    'controller',
    'evaluations',
    'signature',
    'documentHash',
    'parents',
    'designer',
    'reviewer',
  ])
    expect(schema).toContain(`"${key}"`);
});
