import type {
  DevicesView,
  ModelDownloadProgress,
  RecommendedModelView,
} from '../../../core/contract/model.ts';
import { counted, duration, fileSize } from '../../ui/format.ts';
import { roleList } from './roleWords.ts';
import { tokenCount } from './modelWords.ts';

/** What the machine has, and what is recommended for it, in words. Law: pure. */

interface Fact {
  readonly term: string;
  readonly value: string;
  readonly title?: string;
}

function memory(total: number, free: number | null): string {
  return free === null ? fileSize(total) : `${fileSize(total)}, ${fileSize(free)} free`;
}

const INTERFACES: Readonly<Record<string, string>> = { cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' };

export function machineFacts(devices: DevicesView): Fact[] {
  const { gpu, deviceNames, vramBytes, freeVramBytes, ramBytes, freeRamBytes, cpuCores } = devices;
  const names = deviceNames.length === 0 ? 'named by no driver' : deviceNames.join(', ');
  return [
    {
      term: deviceNames.length > 1 ? 'GPUs' : 'GPU',
      value: gpu === null ? 'none that can be used; models run on the processor' : names,
    },
    ...(gpu === null || vramBytes === null
      ? []
      : [
          { term: 'GPU memory', value: memory(vramBytes, freeVramBytes), title: 'Of all GPUs together' },
          { term: 'Used through', value: INTERFACES[gpu] ?? gpu },
        ]),
    { term: 'Main memory', value: memory(ramBytes, freeRamBytes) },
    { term: 'Processor', value: counted(cpuCores, 'core') },
  ];
}

/** Where recommended files are published; nothing is fetched from there unless somebody asks. */
export const DOWNLOAD_HOST = 'huggingface.co';

export function recommendedFacts(model: RecommendedModelView): Fact[] {
  return [
    { term: 'For', value: roleList(model.roles) },
    { term: 'Size', value: model.bytes === null ? 'size not published' : fileSize(model.bytes) },
    {
      term: 'Needs',
      value: `about ${fileSize(model.minimumMemoryBytes)} of memory`,
      title: 'Of the GPU, or of the machine without one; estimated for the usual context',
    },
    { term: 'Context', value: tokenCount(model.contextTokens), title: 'As its publisher states it' },
    { term: 'Licence', value: model.licence },
    { term: 'From', value: `${DOWNLOAD_HOST}/${model.repository}`, title: model.file },
  ];
}

/** `1.2 GiB of 2.3 GiB, 11.4 MiB a second, about 1 min 41 s left`. */
export function downloadWords(progress: ModelDownloadProgress): string {
  const { receivedBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
  return [
    totalBytes === null
      ? `${fileSize(receivedBytes)}, size not published`
      : `${fileSize(receivedBytes)} of ${fileSize(totalBytes)}`,
    bytesPerSecond === null ? '' : `${fileSize(bytesPerSecond)} a second`,
    remainingMs === null ? '' : `about ${duration(remainingMs)} left`,
  ]
    .filter(Boolean)
    .join(', ');
}
