import type { CallOutput } from '../contract/calls.ts';

type SkillDiff = CallOutput<'bank.diff'>[number];
type Part = SkillDiff['fields'][number]['parts'][number];

const MARKS = { same: ['', ''], added: ['{+', '+}'], removed: ['[-', '-]'] } as const;

function marked({ kind, text }: Part): string {
  const [before, after] = MARKS[kind];
  return `${before}${text}${after}`;
}

/** What changes from one bank to another, for a terminal: `{+added+}` and `[-removed-]`; skills that stay are left out. */
export function diffLines(diff: readonly SkillDiff[]): string[] {
  return diff
    .filter((skill) => skill.kind !== 'unchanged')
    .flatMap((skill) => [
      `${skill.kind} ${skill.name}`,
      ...skill.fields.map((field) => `  ${field.field}: ${field.parts.map(marked).join('')}`),
    ]);
}
