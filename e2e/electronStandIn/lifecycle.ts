import { EventEmitter } from 'node:events';

/**
 * What windows tell the application: `contents`, `gone` and `allClosed`. It stands between the two so that
 * neither imports the other.
 */
export const lifecycle = new EventEmitter();
