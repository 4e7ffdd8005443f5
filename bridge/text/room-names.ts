/**
 * What the three rooms of the house are called: the Korean word is the name with which they are made (an owner may change
 * it in Element), the other is how English text speaks of them.
 */
export const roomNames = {
  hq: { ko: '본부', en: 'HQ' },
  ops: { ko: '작업기록', en: 'ops' },
  memory: { ko: '지침', en: 'memory' },
} as const;
