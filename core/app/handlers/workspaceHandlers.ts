import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

export function createWorkspaceHandlers(
  { workspace, archive }: StudioParts,
  onYield: (() => void) | null,
): HandlersOf<'workspace'> {
  return {
    'workspace.yield': async () => {
      // After the answer is on its way.
      if (onYield !== null) setImmediate(onYield);
      return { isYielding: onYield !== null };
    },
    'workspace.check': async () => {
      const report = workspace.verify();
      return {
        path: workspace.folderPath,
        schemaVersion: workspace.schemaVersion,
        events: workspace.events.list().length,
        isChainIntact: report.ok,
        tampered: [...report.tampered],
        setAside: workspace.listSetAside(),
        runs: workspace.runs.count(),
        bankVersion: workspace.bankVersions.latest()?.version ?? 0,
        archivedMemories: await archive.count(createBuiltinEmbedder()),
      };
    },
  };
}
