import { LABEL_PX, type Figure, type FigureMark } from './figure.ts';
import { shapePath } from './lineShapes.ts';
import type { Colours } from './themeColours.ts';

/** A figure as a file of its own: no style sheet, no font and no script from elsewhere. Law: pure. */

const FONT = 'system-ui, sans-serif';
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
// Control characters must not be in XML at all.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu;

function escaped(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"]/gu, (character) => ESCAPES[character] ?? '');
}

const rounded = (value: number): string => String(Number(value.toFixed(1)));

function markSvg(mark: FigureMark, colours: Colours): string {
  switch (mark.kind) {
    case 'line': {
      const { shape, style } = mark.line;
      const dash = style.dash.length === 0 ? '' : ` stroke-dasharray="${style.dash.join(' ')}"`;
      const clip = mark.clip === null ? '' : ' clip-path="url(#plot)"';
      return `<path d="${shapePath(shape)}" fill="none" stroke="${colours[style.colour]}" stroke-width="${style.widthPx}" stroke-opacity="${style.opacity}" stroke-linecap="round" stroke-linejoin="round"${dash}${clip}/>`;
    }
    case 'shape': {
      const fill = mark.fill === null ? 'none' : colours[mark.fill];
      const stroke = mark.stroke === null ? '' : ` stroke="${colours[mark.stroke]}" stroke-width="1.5"`;
      return `<path d="${mark.path}" transform="translate(${rounded(mark.x)},${rounded(mark.y)})" fill="${fill}"${stroke}/>`;
    }
    case 'text':
      return `<text x="${rounded(mark.x)}" y="${rounded(mark.y)}" text-anchor="${mark.anchor}" fill="${colours[mark.colour]}">${escaped(mark.text)}</text>`;
  }
}

export function figureSvg({ width, height, title, marks }: Figure, colours: Colours): string {
  const clip = marks.find((mark) => mark.kind === 'line' && mark.clip !== null);
  const [left, right] = clip?.kind === 'line' && clip.clip !== null ? clip.clip : [0, width];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" font-size="${LABEL_PX}">`,
    `<title>${escaped(title)}</title>`,
    `<clipPath id="plot"><rect x="${left}" y="0" width="${right - left}" height="${height}"/></clipPath>`,
    `<rect width="${width}" height="${height}" fill="${colours['--surface']}"/>`,
    ...marks.map((mark) => markSvg(mark, colours)),
    '</svg>',
    '',
  ].join('\n');
}
