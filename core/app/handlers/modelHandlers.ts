import type { HandlersOf } from '../handlers.ts';
import type { ModelLibrary } from '../modelLibrary.ts';
import { reembedMemories, type ReembedSetup } from '../models/reembedMemories.ts';

export function createModelHandlers(library: ModelLibrary, reembedding: ReembedSetup): HandlersOf<'models'> {
  return {
    'models.list': () => library.list(),
    'models.addFile': (input, { signal }) => library.addFile(input, signal),
    'models.addServer': (input, { signal }) => library.addServer(input, signal),
    'models.listServer': (input, { signal }) => library.listServer(input, signal),
    'models.keptKeys': () => library.keys.kept(),
    'models.keepKey': ({ baseUrl, key }) => library.keys.keep(baseUrl, key),
    'models.forgetKey': ({ baseUrl }) => library.keys.forget(baseUrl),
    'models.remove': async ({ modelId }) => {
      library.remove(modelId);
      return {};
    },
    'models.assign': async (input) => library.assign(input),
    'models.test': ({ modelId }, { signal }) => library.test(modelId, signal),
    'models.verify': ({ modelId }, { signal }) => library.verify(modelId, signal),
    'models.devices': (_, { signal }) => library.devices(signal),
    'models.plan': ({ memoryGib }) => library.plan(memoryGib),
    'models.work': async () => library.work.ongoing,
    'models.reembed': (_, { signal }) => reembedMemories(reembedding, signal),
    'models.recommended': () => library.recommended(),
    'models.download': async ({ recommendedId }, { signal }) => library.download(recommendedId, signal),
    'models.downloads': async () => library.downloads,
  };
}
