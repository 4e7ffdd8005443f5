/** The reactions by which masters decide, read the same way by swarm and executor. Nothing else counts. */
export const YES = '✅';
export const NO = '❌';

/** Once more: of an ended task on its card, of a command whose end nobody saw on its record. */
export const AGAIN = '🔁';

/** Some keyboards add a variation selector, which says only how it is drawn. */
export const isSign = (key: string, sign: string): boolean => key.replace(/\uFE0F/gu, '') === sign;
