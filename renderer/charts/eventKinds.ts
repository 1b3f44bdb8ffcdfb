import {
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import type { SymbolType } from 'd3-shape';
import type { RunEvent } from '../../core/contract/run.ts';
import { placeHref } from '../state/route.svelte.ts';

const GLYPH_AREA = 70;

const glyph = (type: SymbolType): string => symbol(type, GLYPH_AREA).digits(1)() ?? '';

/** Name and shape of each kind of event, everywhere the same. A shape is a path around (0, 0), about 10 pixels wide. */
export const EVENT_KINDS: Readonly<
  Record<RunEvent['kind'], { readonly name: string; readonly shape: string }>
> = {
  start: { name: 'Start', shape: 'M-3,-5L5,0L-3,5Z' },
  stage: { name: 'Stage end', shape: glyph(symbolCircle) },
  proposal: { name: 'Proposal', shape: glyph(symbolDiamond) },
  decision: { name: 'Decision', shape: glyph(symbolTriangle) },
  version: { name: 'Bank version', shape: glyph(symbolSquare) },
  rollback: { name: 'Rollback', shape: 'M4,-5L-5,0L4,5L4,2L-1,0L4,-2Z' },
  interrupted: { name: 'Interruption', shape: glyph(symbolCross) },
  model: { name: 'Model', shape: glyph(symbolWye) },
  end: { name: 'End', shape: glyph(symbolStar) },
};

/** Where more about an event is to be read; null when nowhere. A finished stage leads to its hard cases. */
export function eventHref({ kind, proposalId, bankVersion }: RunEvent): string | null {
  if (proposalId !== null) return placeHref('review', proposalId);
  if (kind === 'stage') return placeHref('cases');
  if (kind === 'model') return placeHref('models');
  return bankVersion === null ? null : placeHref('bank', String(bankVersion));
}
