import type { PreviewDeps } from '../../bridge/http/preview/preview.ts';

/** A preview server's parts where nothing is published and no page remembers anything. */
export const NO_PAGES: Pick<PreviewDeps, 'published' | 'data' | 'wait'> = {
  published: { shown: async () => null, opened: async () => null, tokenOf: (name) => name },
  data: { read: async () => ({}), write: async () => ({ kind: 'full' }) },
  wait: async () => 0,
};
