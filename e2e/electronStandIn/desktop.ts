import { loud } from './loud.ts';

const DISPLAY = { workArea: { x: 0, y: 0, width: 1920, height: 1080 } } as const;

/** One display. */
export const screen = loud('screen', {
  getAllDisplays: () => [DISPLAY],
  getPrimaryDisplay: () => DISPLAY,
});

/** A system that is set to light colours. */
export const nativeTheme = loud('nativeTheme', {
  themeSource: 'system',
  get shouldUseDarkColors() {
    return this.themeSource === 'dark';
  },
});
