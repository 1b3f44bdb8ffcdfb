import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../core/contract/commands.ts';
import { menuTemplate } from './menuTemplate.ts';

function build(platform: NodeJS.Platform) {
  const chosen: string[] = [];
  const template = menuTemplate({
    platform,
    applicationName: 'MemSkill Studio',
    onCommand: (id) => void chosen.push(id),
    onNewWindow: () => void chosen.push('window.new'),
  });
  return { template, chosen };
}

function itemsOf(template: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

const rolesOf = (template: readonly MenuItemConstructorOptions[]): unknown[] =>
  itemsOf(template).flatMap(({ role }) => role ?? []);

describe.each(['linux', 'win32', 'darwin'] as const)('on %s', (platform) => {
  const { template, chosen } = build(platform);
  const listed = COMMANDS.filter(({ menu }) => menu !== null);

  test('every command with a menu stands in it once, with its words and keys, and says its id', () => {
    const items = itemsOf(template).filter(({ id }) => id !== undefined && id !== 'window.new');
    expect(items.map(({ id, label, accelerator }) => [id, label, accelerator ?? null]).toSorted()).toEqual(
      listed.map(({ id, label, accelerator }) => [id, label, accelerator]).toSorted(),
    );
    // What Electron gives a click along is not used.
    for (const { click } of items) click?.(undefined as never, undefined, {});
    expect(chosen.toSorted()).toEqual(listed.map(({ id }) => id).toSorted());
  });

  test('a further window can be opened', () => {
    const item = itemsOf(template).find(({ label }) => label === 'New window');
    chosen.length = 0;
    item?.click?.(undefined as never, undefined, {});
    expect(chosen).toEqual(['window.new']);
  });

  test('no two items have the same keys', () => {
    const keys = itemsOf(template).flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('editing, zooming and leaving are what the system has', () => {
    expect(rolesOf(template)).toEqual(
      expect.arrayContaining(['editMenu', 'windowMenu', 'help', 'zoomIn', 'reload']),
    );
  });
});

test('macOS has its own first menu; elsewhere it is left by File and told about by Help', () => {
  expect(build('darwin').template.map(({ label, role }) => label ?? role)).toEqual([
    'MemSkill Studio',
    'File',
    'editMenu',
    'View',
    'Run',
    'Review',
    'windowMenu',
    'Help',
  ]);
  expect(rolesOf(build('darwin').template)).not.toContain('quit');
  expect(rolesOf(build('linux').template)).toEqual(expect.arrayContaining(['quit', 'about']));
});
