/** The reactions by which masters decide, read the same way by swarm and executor. Nothing else counts. */
export const YES = '✅';
export const NO = '❌';

/** Some keyboards add a variation selector, which says only how it is drawn. */
export const isSign = (key: string, sign: string): boolean => key.replace(/\uFE0F/gu, '') === sign;
