import type { App, Dialog } from 'electron';
import type { Clock } from '../../core/shared/clock.ts';

/** A page that breaks again within this time is not loaded again: it would go on breaking. */
const SAME_TROUBLE_MS = 60_000;

export interface CrashRecoveryOptions {
  readonly app: Pick<App, 'on'>;
  readonly dialog: Pick<Dialog, 'showMessageBox'>;
  readonly clock: Clock;
}

/** Loads a page again whose process is gone, and says so. */
export function recoverCrashedPages({ app, dialog, clock }: CrashRecoveryOptions): void {
  let lastMs: number | null = null;
  app.on('render-process-gone', (_event, contents, { reason }) => {
    if (reason === 'clean-exit') return;
    const isAgain = lastMs !== null && clock.now() - lastMs < SAME_TROUBLE_MS;
    lastMs = clock.now();
    // Not from within the event: the process that is gone is still being taken down.
    setImmediate(() => {
      if (contents.isDestroyed()) return;
      if (!isAgain) contents.reload();
      void dialog.showMessageBox({
        type: 'warning',
        message: isAgain ? 'The window stopped working again.' : 'The window stopped working.',
        detail: isAgain
          ? `Its process ended (${reason}). Nothing is lost: close MemSkill Studio and start it again.`
          : `Its process ended (${reason}), and it was loaded again. Nothing is lost: runs go on outside of it.`,
      });
    });
  });
}
