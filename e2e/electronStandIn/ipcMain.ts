import { EventEmitter } from 'node:events';
import { loud } from './loud.ts';

/** Emits what pages send, by channel. */
export const ipcMain = loud('ipcMain', new EventEmitter());
