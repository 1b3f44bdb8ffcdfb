import { loud, missing } from './loud.ts';

interface MenuTemplate {
  readonly label?: string;
  readonly submenu?: readonly MenuTemplate[];
  readonly click?: (item: unknown, window: unknown, event: unknown) => void;
}

class StandInMenu {
  readonly items: readonly MenuTemplate[];

  constructor(items: readonly MenuTemplate[]) {
    this.items = items;
  }

  find(label: string, items: readonly MenuTemplate[] = this.items): MenuTemplate | null {
    for (const item of items) {
      const found =
        item.label === label && item.click !== undefined ? item : this.find(label, item.submenu ?? []);
      if (found !== null) return found;
    }
    return null;
  }
}

let applicationMenu: StandInMenu | null = null;

export const Menu = loud('Menu', {
  buildFromTemplate: (template: readonly MenuTemplate[]) => new StandInMenu(template),
  setApplicationMenu: (menu: StandInMenu | null): void => {
    applicationMenu = menu;
  },
});

/** As a person would choose it, while `window` has the focus. */
export function chooseMenuItem(label: string, window: unknown): void {
  const item = applicationMenu?.find(label) ?? null;
  if (item?.click === undefined) throw missing(`item "${label}" in the application's menu`);
  item.click(item, window, {});
}
