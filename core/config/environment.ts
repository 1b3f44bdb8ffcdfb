import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

// The one file that reads the process environment.

function variable(name: string): string | null {
  // eslint-disable-next-line no-restricted-properties -- see above
  const value = process.env[name];
  return value === undefined || value === '' ? null : value;
}

function existing(path: string): string | null {
  return existsSync(path) ? path : null;
}

/** Absolute path of a file in the folder of third-party test data, or null when it is absent. */
export function memskillDataFile(name: string): string | null {
  const folder = variable('MEMSKILL_DATA');
  return folder === null ? null : existing(resolve(join(folder, name)));
}

/** Absolute path of a file of reference numbers, kept in `golden` beside the data folder, or null when absent. */
export function goldenFile(name: string): string | null {
  const folder = variable('MEMSKILL_DATA');
  return folder === null ? null : existing(resolve(join(folder, '..', 'golden', name)));
}

/** The workspace folder when none is named: MEMSKILL_WORKSPACE, else a folder in the user's home. */
export function defaultWorkspace(): string {
  return variable('MEMSKILL_WORKSPACE') ?? join(homedir(), 'MemSkill Studio');
}

/** Whether there is a screen to open a window on; only Linux may be without one. */
export function hasDisplay(platform: NodeJS.Platform): boolean {
  return platform !== 'linux' || variable('WAYLAND_DISPLAY') !== null || variable('DISPLAY') !== null;
}

/** This process's environment for a child that is Electron: the variable would make a plain Node of it. */
export function environmentForElectron(): NodeJS.ProcessEnv {
  // eslint-disable-next-line no-restricted-properties -- see above
  const environment = { ...process.env };
  delete environment['ELECTRON_RUN_AS_NODE'];
  return environment;
}

/** A secret by the name of its variable, as a record of the workspace has it; null where it is not set. */
export function secretFromEnvironment(name: string): string | null {
  return variable(name);
}
