import { join, resolve } from 'node:path';
import { app, dialog, protocol } from 'electron';
import { z } from 'zod';
import { makeFolder } from '../../core/store/atomicFile.ts';
import { workspaceOf } from './launchArguments.ts';
import { endWithError, openApplication } from './openApplication.ts';
import { registerPageScheme } from './pageProtocol.ts';
import { guardPages } from './security.ts';
import { focusWindow } from './window.ts';

// Entry of Electron's main process. What stands here has to happen before Electron is ready. Nothing may be awaited at
// the top level: Electron is not ready before this module has ended.

const NAME = 'MemSkill Studio';

const launchSchema = z.object({ workspace: z.string() });

/** Started by its file and not as a package, Electron would use the folder of every other one started so. */
function useOwnFolder(): void {
  const { commandLine } = app;
  const folder = commandLine.hasSwitch('user-data-dir')
    ? resolve(commandLine.getSwitchValue('user-data-dir'))
    : join(app.getPath('appData'), NAME);
  makeFolder(folder);
  app.setPath('userData', folder);
}

/** A second start while this one is open. @param launch What that one gave along. */
function onSecondStart(workspace: string, launch: unknown): void {
  focusWindow();
  const other = launchSchema.safeParse(launch).data?.workspace ?? workspace;
  if (other === workspace) return;
  void dialog.showMessageBox({
    message: `MemSkill Studio is open with the workspace ${workspace}.`,
    detail: `To open ${other}, close it first: one workspace is open at a time.`,
  });
}

const workspace = workspaceOf(process.argv.slice(1));
app.name = NAME;
useOwnFolder();
if (app.requestSingleInstanceLock({ workspace })) {
  app.on('second-instance', (_event, _argv, _folder, launch) => onSecondStart(workspace, launch));
  registerPageScheme(protocol);
  guardPages(app);
  openApplication({ workspace, main: import.meta.dirname }).catch((error: unknown) =>
    endWithError('MemSkill Studio cannot open its workspace', error),
  );
} else {
  process.stderr.write(`${NAME} is open already; its window was brought to the front.\n`);
  app.quit();
}
