import type { Floor } from '../../bridge/protocol/turn.ts';

export function floorSentence(_body: string): Floor | null {
  return null;
}
