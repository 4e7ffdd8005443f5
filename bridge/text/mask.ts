/** Stands where a secret stood, in every language: it goes into histories, where nobody knows who will read. */
export const MASK = '…(가림)';
