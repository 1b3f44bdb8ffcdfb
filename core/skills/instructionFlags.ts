import type { InstructionFlag } from '../contract/bankExchange.ts';
import type { BankChange } from '../contract/proposal.ts';
import { findHidden, nameHidden, revealHidden } from './hiddenCharacters.ts';

/**
 * What in a skill may be meant for the machine rather than for memory: a skill is put into the prompt of a model that can
 * do things. These are reasons to look, never verdicts; a rule that fires on an honest skill costs a reader a second.
 */

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly reason: string;
}

const RULES: readonly Rule[] = [
  {
    name: 'override',
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all other|system|safety|your|any)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules?|messages?|guidelines?|context)\b/giu,
    reason: 'asks to set other instructions aside',
  },
  {
    name: 'persona',
    pattern: /\b(?:you are now|from now on,? you|act as|pretend (?:to be|that you))\b/giu,
    reason: 'gives the model another role',
  },
  {
    name: 'role-marker',
    pattern:
      /<\|[a-z_]+\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|user|tool|function)(?:\s[^>\n]*)?>|^\s*(?:#{1,4}\s*)?(?:system|assistant|user|human)\s*:/gimu,
    reason: 'looks like the start of a message in a conversation',
  },
  {
    name: 'secrecy',
    pattern:
      /\b(?:do not|don't|never|without)\b[^.\n]{0,20}\b(?:tell(?:ing)?|mention(?:ing)?|reveal(?:ing)?|inform(?:ing)?|notify(?:ing)?)\b[^.\n]{0,20}\b(?:the user|the reviewer|anyone|anybody|them)\b/giu,
    reason: 'asks to keep something from people',
  },
  {
    name: 'tool-use',
    pattern:
      /\b(?:run|execute|eval|invoke|call)\b[^.\n]{0,25}\b(?:command|shell|script|code|bash|powershell|tool|function|api|curl|wget|python)\b|\b(?:curl|wget|bash -c|powershell|rm -rf|sudo|chmod|os\.system|subprocess)\b/giu,
    reason: 'asks for a tool or a command, which no memory skill needs',
  },
  {
    name: 'exfiltration',
    pattern:
      /\b(?:send|post|upload|forward|e-?mail|transmit|exfiltrate|leak|submit)\b[^.\n]{0,50}\b(?:to|via)\b[^.\n]{0,30}\b(?:https?|server|url|webhook|endpoint|address|e-?mail|channel|website)\b/giu,
    reason: 'asks to send something elsewhere',
  },
  {
    name: 'secrets',
    pattern:
      /\b(?:passwords?|passphrases?|api[ _-]?keys?|access tokens?|secret keys?|private keys?|credentials?|system prompt|environment variables?|credit card)\b/giu,
    reason: 'speaks of secrets',
  },
  {
    name: 'url',
    pattern: /\b(?:https?|ftp|file|data|javascript):[^\s)\]}'"]{2,}|\bwww\.[^\s]{3,}/giu,
    reason: 'holds an address',
  },
  {
    name: 'encoded',
    pattern:
      /(?:[A-Za-z0-9+/]{4}){15,}={0,2}|(?:\\x[0-9a-f]{2}){8,}|(?:\\u[0-9a-f]{4}){6,}|\b[0-9a-f]{64,}\b/giu,
    reason: 'holds a block that may be encoded text',
  },
  {
    name: 'markup',
    pattern: /!\[[^\]\n]*\]\([^)\n]*\)|<(?:script|img|iframe|svg|object|embed|link|style)\b|<!--/giu,
    reason: 'holds markup that can hide text or fetch something',
  },
  {
    name: 'store-everything',
    pattern:
      /\b(?:store|save|record|remember|insert)\b[^.\n]{0,30}\b(?:verbatim|word for word|these instructions|this prompt|the prompt)\b/giu,
    reason: 'asks to keep instructions as memories, so that they come back later',
  },
];

const EXCERPT_BEFORE = 20;
const EXCERPT_LENGTH = 120;
/** Of one rule in one text: more say no more. */
const MAX_FOR_RULE = 5;

function excerptAt(text: string, index: number): string {
  const start = Math.max(0, index - EXCERPT_BEFORE);
  return revealHidden(text.slice(start, start + EXCERPT_LENGTH))
    .replace(/\s+/gu, ' ')
    .trim();
}

function hiddenFlags(field: string, text: string): InstructionFlag[] {
  // A joiner or a variation selector is part of ordinary emoji and of some scripts.
  const hidden = findHidden(text).filter(({ kind }) => kind !== 'joiner' && kind !== 'variation');
  const [first] = hidden;
  if (first === undefined) return [];
  const isReordered = hidden.some(({ kind }) => kind === 'bidirectional');
  const names = [...new Set(hidden.map(({ codePoint }) => nameHidden(codePoint)))].slice(0, 8).join(', ');
  return [
    {
      rule: isReordered ? 'bidirectional' : 'hidden',
      field,
      index: first.index,
      excerpt: excerptAt(text, first.index),
      reason: `holds ${hidden.length} ${hidden.length === 1 ? 'character' : 'characters'} that nobody sees (${names})${isReordered ? ', some of which change the order that is shown' : ''}`,
    },
  ];
}

/** What hidden tag characters spell, so that the rules see it too. */
function spelledOut(text: string): string {
  return text.replace(/[\u{E0020}-\u{E007E}]/gu, (tag) =>
    String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000),
  );
}

/** All flags of one text, in the order of the rules. */
export function flagText(field: string, text: string): InstructionFlag[] {
  // Compatibility forms (full-width letters and the like) are read by a model as the letters they stand for.
  const plain = spelledOut(text)
    .normalize('NFKC')
    .replace(/[\u200B-\u200D\u2060\uFEFF\u00AD]/gu, '');
  const found = RULES.flatMap(({ name, pattern, reason }) =>
    [...plain.matchAll(pattern)].slice(0, MAX_FOR_RULE).map(({ index }) => ({
      rule: name,
      field,
      index,
      excerpt: excerptAt(plain, index),
      reason,
    })),
  );
  return [...hiddenFlags(field, text), ...found];
}

/** Flags of the texts that a change writes. */
export function flagChange(change: BankChange): InstructionFlag[] {
  const texts =
    change.kind === 'add'
      ? change.skill
      : change.kind === 'merge'
        ? change.into
        : change.kind === 'refine'
          ? change.changes
          : {};
  return (['description', 'instruction'] as const).flatMap((field) => {
    const text = field in texts ? (texts as Partial<Record<typeof field, string>>)[field] : undefined;
    return text === undefined ? [] : flagText(field, text);
  });
}
