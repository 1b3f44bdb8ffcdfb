import { describe, expect, test } from 'vitest';
import { chooseShell, insteadOfElectron, withoutElectron, type StartFacts } from './chooseShell.ts';
import { parseStartOptions } from './startOptions.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const LAPTOP: StartFacts = {
  platform: 'linux',
  isRoot: false,
  hasDisplay: true,
  isElectronThere: true,
  lastFailure: null,
  nowMs: NOW_MS,
};

const choose = (args: readonly string[], facts: Partial<StartFacts> = {}) =>
  chooseShell(parseStartOptions(args), { ...LAPTOP, ...facts });

describe('npm start', () => {
  test('opens Electron, fetched first where it is not there', () => {
    expect(choose([])).toEqual({ shell: 'electron' });
    expect(choose([], { isElectronThere: false })).toEqual({ shell: 'fetch' });
    expect(choose([], { platform: 'darwin', isRoot: true })).toEqual({ shell: 'electron' });
  });

  test('needs no explanation where a browser is asked for, and fetches nothing then', () => {
    const facts = { isElectronThere: false };
    expect(choose(['--browser'], facts)).toEqual({ shell: 'browser', isOpened: true, note: null });
    expect(choose(['--no-open'], facts)).toEqual({ shell: 'browser', isOpened: false, note: null });
    expect(choose(['--browser'], { hasDisplay: false })).toMatchObject({ isOpened: false });
  });

  test('opens nothing where there is no screen', () => {
    expect(choose([], { hasDisplay: false, isRoot: true })).toEqual({
      shell: 'browser',
      isOpened: false,
      note: 'There is no screen here for a window; open the address below in a browser.',
    });
  });

  test('never gives up the sandbox', () => {
    expect(choose([], { isRoot: true })).toEqual({
      shell: 'browser',
      isOpened: true,
      note: 'Electron does not run as root without giving up its sandbox; it opens in the browser.',
    });
  });

  test('does not wait again for what could not be had within a day, unless told to', () => {
    const ago = (hours: number): Partial<StartFacts> => ({
      isElectronThere: false,
      lastFailure: { failedAtMs: NOW_MS - hours * HOUR_MS, reason: 'it did not arrive within 60 s' },
    });
    const inBrowser = withoutElectron('it did not arrive within 60 s');
    expect(choose([], ago(23.9))).toEqual(inBrowser);
    expect(inBrowser).toMatchObject({
      note: 'Electron cannot be had (it did not arrive within 60 s; it is tried again after a day, or at once with "npm start -- --wait SECONDS"); it opens in the browser.',
    });
    expect(choose([], ago(24))).toEqual({ shell: 'fetch' });
    expect(choose(['--wait', '600'], ago(1))).toEqual({ shell: 'fetch' });
    expect(choose([], { ...ago(1), isElectronThere: true })).toEqual({ shell: 'electron' });
  });
});

describe('an Electron that ends', () => {
  const end = (status: number | null, signal: NodeJS.Signals | null, lastedMs = 300) =>
    insteadOfElectron({ status, signal, lastedMs });

  test('without having been able to start is replaced by the browser', () => {
    expect(end(127, null)).toMatchObject({ shell: 'browser', isOpened: true });
    expect(end(null, 'SIGTRAP')).toEqual({
      shell: 'browser',
      isOpened: true,
      note: 'Electron does not start on this machine (SIGTRAP, see above); it opens in the browser.',
    });
  });

  test('by a person, by our own error or after it had run is not', () => {
    expect(end(0, null)).toBeNull();
    expect(end(1, null)).toBeNull();
    expect(end(null, 'SIGTERM')).toBeNull();
    expect(end(null, 'SIGINT')).toBeNull();
    expect(end(null, 'SIGSEGV', 3_600_000)).toBeNull();
  });
});
