import type { ActionText, Production, TextGrammar } from './twl2.ts';
import { parseTemplate } from './textTemplate.ts';

/**
 * Two official wordings of ALFWorld exist. Newer games answer `go to` with an arrival sentence and take `move X to Y`;
 * older ones, and the transcripts of most papers, leave the arrival out and take `put X in/on Y`. A game brings its own
 * grammar; the older wording is this table laid over it.
 */
export const WORDINGS = ['asWritten', 'older'] as const;
export type Wording = (typeof WORDINGS)[number];

interface Overlay {
  /** Texts by name. */
  readonly texts: Readonly<Record<string, string>>;
  /** How actions are typed, by name in lower case. */
  readonly commands: Readonly<Record<string, string>>;
}

const OVERLAYS: Readonly<Record<Wording, Overlay>> = {
  asWritten: { texts: {}, commands: {} },
  older: {
    texts: {
      intro: '#look.feedback#\n#task#',
      'GotoLocation.feedback': '#examineReceptacle.feedback#',
      'PutObject.feedback': 'You put the {o.name} in/on the {r.name}.',
    },
    commands: { putobject: 'put {o} in/on {r}' },
  },
};

/** The grammar with the texts of a wording in place of its own. */
export function withWording(grammar: TextGrammar, wording: Wording): TextGrammar {
  const { texts, commands } = OVERLAYS[wording];
  const place = { source: `the wording ${wording}`, line: 1 };
  const productions = Object.entries(texts).map(([name, text]): [string, Production[]] => [
    name,
    [{ condition: null, symbols: parseTemplate(text, place) }],
  ]);
  const actions = Object.entries(commands).flatMap(([name, command]): [string, ActionText][] => {
    const action = grammar.actions.get(name);
    return action === undefined ? [] : [[name, { ...action, template: parseTemplate(command, place) }]];
  });
  return {
    productions: new Map([...grammar.productions, ...productions]),
    actions: new Map([...grammar.actions, ...actions]),
  };
}
