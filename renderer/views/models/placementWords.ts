import type { Placement } from '../../../core/contract/model.ts';
import { counted, duration, fileSize } from '../../ui/format.ts';
import { roleList } from './roleWords.ts';

/** Where models go that share a device, in words. Law: pure. */

export interface PlacementRow {
  readonly id: string;
  readonly name: string;
  readonly serves: string;
  readonly place: string;
  readonly memory: string;
  readonly loading: string;
}

const PLACES = {
  kept: 'stays loaded',
  turns: 'by turns',
  processor: 'on the processor',
} as const satisfies Record<Placement['models'][number]['place'], string>;

const SHORT_SECONDS = 10;

function seconds(value: number): string {
  return value < SHORT_SECONDS ? `${value.toFixed(1)} s` : duration(value * 1000);
}

export function placementRows({ models }: Placement): PlacementRow[] {
  return models.map(({ id, name, roles, place, bytes, loadSeconds, loadsPerStage, isTooLarge }) => ({
    id,
    name,
    serves: roleList(roles),
    place: isTooLarge ? 'as many layers as fit' : PLACES[place],
    memory: `${fileSize(bytes.value)} (${bytes.basis})`,
    loading:
      loadsPerStage === 0
        ? 'once, at the start'
        : `${counted(loadsPerStage, 'time')} a stage, ${seconds(loadSeconds.value)} each (${loadSeconds.basis})`,
  }));
}

/** What sharing costs, in one sentence. */
export function placementCost({
  turns,
  loadsPerStage,
  secondsPerStage,
  episodesPerStage,
}: Placement): string {
  if (turns.length < 2) return 'All of it fits together: nothing is ever loaded twice.';
  return `Not all of it fits together. A stage of ${counted(episodesPerStage, 'episode')} loads models ${counted(loadsPerStage, 'time')}, about ${seconds(secondsPerStage.value)} (${secondsPerStage.basis === 'measured' ? 'from measured loads' : 'estimated'}).`;
}

export function placementRoom({ device }: Placement): string {
  return `${fileSize(device.bytes)} of ${device.kind === 'gpu' ? 'GPU memory' : 'main memory'} may be taken.`;
}

/** Null when each turn fits. */
export function placementWarning({ isFitting, device }: Placement): string | null {
  if (isFitting) return null;
  return device.kind === 'gpu'
    ? 'A model does not fit the GPU: some of its layers will run on the processor, which is many times slower. A smaller model, or a shorter context, fits.'
    : 'A model does not fit the memory that is free: the machine will read it from the disk again and again. Choose a smaller model, or a shorter context.';
}
