import type { MenuItemConstructorOptions } from 'electron';
import { COMMANDS, type Command, type CommandId } from '../../core/contract/commands.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly applicationName: string;
  readonly onCommand: (id: CommandId) => void;
  /** A further window on the same workspace. */
  readonly onNewWindow: () => void;
}

type Item = MenuItemConstructorOptions;

const SEPARATOR: Item = { type: 'separator' };

function commandItems(menu: Command['menu'], onCommand: MenuOptions['onCommand']): Item[] {
  return COMMANDS.filter((command) => command.menu === menu).map(({ id, label, accelerator }) => ({
    id,
    label,
    ...(accelerator === null ? {} : { accelerator }),
    click: () => onCommand(id),
  }));
}

/** The native menu: the application's commands, and what every application has. */
export function menuTemplate({ platform, applicationName, onCommand, onNewWindow }: MenuOptions): Item[] {
  const isMac = platform === 'darwin';
  const commands = (menu: Command['menu']): Item[] => commandItems(menu, onCommand);
  const file: Item[] = [
    { id: 'window.new', label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: onNewWindow },
    SEPARATOR,
    ...commands('File'),
    SEPARATOR,
    { role: isMac ? 'close' : 'quit' },
  ];
  const view: Item[] = [
    ...commands('View'),
    SEPARATOR,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    SEPARATOR,
    { role: 'reload' },
    { role: 'toggleDevTools' },
  ];
  return [
    ...(isMac ? [{ role: 'appMenu', label: applicationName } satisfies Item] : []),
    { label: 'File', submenu: file },
    { role: 'editMenu' },
    { label: 'View', submenu: view },
    { label: 'Run', submenu: commands('Run') },
    { label: 'Review', submenu: commands('Review') },
    { role: 'windowMenu' },
    {
      role: 'help',
      label: 'Help',
      submenu: [...commands('Help'), ...(isMac ? [] : [SEPARATOR, { role: 'about' } satisfies Item])],
    },
  ];
}
