import type { Clock } from '../shared/clock.ts';
import type { Output } from './command.ts';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;

/** `1 h 02 min`, `3 min 05 s` or `7 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

export interface TerminalOptions {
  readonly isJson: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly clock: Clock;
}

/** Report on stdout, progress bar with estimated time on stderr when that is a terminal. */
export function createTerminalOutput(options: TerminalOptions): Output & { clear(): void } {
  const { isJson, stdout, stderr, clock } = options;
  const startedMs = clock.now();
  let drawnMs = 0;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) stderr.write('\r\u001b[K');
    isDrawn = false;
  };
  return {
    clear,
    line: (text = '') => {
      clear();
      if (!isJson) stdout.write(`${text}\n`);
    },
    json: (value) => {
      if (isJson) stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    warn: (text) => {
      clear();
      stderr.write(`memskill: ${text}\n`);
    },
    progress: ({ done, total, label, etaMs }) => {
      const now = clock.now();
      if (stderr.isTTY !== true || (now - drawnMs < REDRAW_MS && done < total)) return;
      drawnMs = now;
      isDrawn = true;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * BAR_WIDTH);
      const left = etaMs === undefined && share > 0 ? ((now - startedMs) * (1 - share)) / share : etaMs;
      const eta = left === undefined || left === null ? '' : ` ${formatDuration(left)} left`;
      const text = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done}/${total}${eta}  ${label}`;
      // A line that wraps could not be drawn over.
      stderr.write(`\r\u001b[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
    },
  };
}
