import type { ExportContents, ExportFormat } from '../../../core/contract/bankExchange.ts';
import { counted, fileSize } from '../../ui/format.ts';

/** What an export is and what is in it, in words. */

export const FORMAT_CHOICES: readonly {
  readonly format: ExportFormat;
  readonly title: string;
  readonly words: string;
}[] = [
  {
    format: 'json',
    title: 'JSON',
    words: 'One file with everything: hashes, lineage, counters. Comes back without a change.',
  },
  {
    format: 'agent-skills',
    title: 'Agent Skills',
    words:
      'A folder with a SKILL.md for each skill and one that says when to use which, for agents that read them.',
  },
  {
    format: 'prompt',
    title: 'Prompt',
    words: 'One Markdown text to be a system prompt, best measured skills first.',
  },
  {
    format: 'reference',
    title: 'Reference',
    words: 'The operation bank and the Markdown skills that the public Python reference of MemSkill reads.',
  },
];

export function isFolderFormat(format: ExportFormat): boolean {
  return format === 'agent-skills' || format === 'reference';
}

export function canHoldController(format: ExportFormat): boolean {
  return format === 'json';
}

export function canHoldCases(format: ExportFormat): boolean {
  return format === 'json' || format === 'agent-skills';
}

export interface ContentLine {
  readonly text: string;
  readonly isPrivate: boolean;
}

/** What goes along, the private last and marked as that. */
export function contentLines(contents: ExportContents): ContentLine[] {
  const { skills, lineages, reviewers, controllerBytes, hardCases, solvedCases, traces, spans } = contents;
  const open = (text: string): ContentLine => ({ text, isPrivate: false });
  return [
    open(`${counted(contents.files, 'file')}, ${fileSize(contents.sizeBytes)}`),
    open(`the words of ${counted(skills, 'skill')}`),
    ...(lineages === 0
      ? []
      : [
          open(
            `where ${counted(lineages, 'skill')} ${lineages === 1 ? 'comes' : 'come'} from: names of clusters, which have words of questions, and reasons that reviewers gave`,
          ),
        ]),
    ...(reviewers.length === 0 ? [] : [open(`names of reviewers: ${reviewers.join(', ')}`)]),
    ...(controllerBytes === 0 ? [] : [open(`the trained controller, ${fileSize(controllerBytes)}`)]),
    contents.isPrivate
      ? {
          text: `private: ${counted(hardCases + solvedCases, 'question')} with their answers, and the text they are about: ${counted(traces, 'trace')}, ${counted(spans, 'span')}`,
          isPrivate: true,
        }
      : open('none of your text: no questions, no answers, no spans'),
  ];
}
