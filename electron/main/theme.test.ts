import type { NativeTheme } from 'electron';
import { expect, test } from 'vitest';
import type { Settings } from '../../core/contract/application.ts';
import { createInMemoryTransport } from '../../core/contract/inMemoryTransport.ts';
import { createClient, serve, type Handlers } from '../../core/contract/rpc.ts';
import { followTheme } from './theme.ts';

test('the theme is that of the settings, now and whenever they change', async () => {
  let theme: Settings['theme'] = 'dark';
  const [mine, theirs] = createInMemoryTransport();
  const handlers = {
    'settings.get': async () => ({ theme, curveSmoothing: 0.8, runDefaults: {} }),
  };
  // Nothing else is called.
  const server = serve(theirs, handlers as unknown as Handlers);
  const taken = Promise.withResolvers<undefined>();
  let source: NativeTheme['themeSource'] = 'system';
  const nativeTheme = {
    get themeSource() {
      return source;
    },
    set themeSource(value) {
      source = value;
      if (value === 'light') taken.resolve(undefined);
    },
  };
  await followTheme(createClient(mine), nativeTheme);
  expect(nativeTheme.themeSource).toBe('dark');
  theme = 'light';
  server.emit('workspace.onChange', { domains: ['bank'] });
  server.emit('workspace.onChange', { domains: ['settings'] });
  await taken.promise;
  expect(nativeTheme.themeSource).toBe('light');
});
