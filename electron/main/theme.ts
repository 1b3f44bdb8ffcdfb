import type { NativeTheme } from 'electron';
import type { Client } from '../../core/contract/rpc.ts';
import { AppError } from '../../core/shared/errors.ts';

/** Menus, dialogs and the page's `prefers-color-scheme` follow the theme that was chosen in the settings. */
export async function followTheme(
  client: Client,
  nativeTheme: Pick<NativeTheme, 'themeSource'>,
): Promise<void> {
  const take = async (): Promise<void> => {
    try {
      nativeTheme.themeSource = (await client.call('settings.get', {})).theme;
    } catch (error) {
      // The workspace is being closed, and with it the application.
      if (!(error instanceof AppError) || error.code !== 'UNAVAILABLE') throw error;
    }
  };
  client.on('workspace.onChange', ({ domains }) => {
    if (domains.includes('settings')) void take();
  });
  await take();
}
