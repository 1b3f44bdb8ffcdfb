import { messageOf } from '../shared/errors.ts';

/** Opens `url` in the default browser; `warn` hears it when that could not be done. */
export async function openBrowser(url: string, warn: (text: string) => void): Promise<void> {
  const warnOf = (reason: string): void =>
    warn(`No browser could be opened (${reason}): open the printed address yourself.`);
  const onExit = (status: number | null): void => {
    if (status !== null && status !== 0) warnOf(`its opener ended with status ${status}`);
  };
  try {
    // Loaded here: no other command needs it.
    const { default: open } = await import('open');
    const opener = await open(url);
    if (opener.exitCode === null) opener.once('exit', onExit);
    else onExit(opener.exitCode);
  } catch (error) {
    warnOf(messageOf(error));
  }
}
