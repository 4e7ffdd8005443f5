import { describe, expect, it } from 'vitest';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { Dropped, RunningTurns, StoppedTurn } from '../../bots/turns/running-turns.ts';
import { eventId, ROOM } from './events.ts';

const turn = (source: string, at: number, root = source) => ({
  room: ROOM,
  source: eventId(source),
  root: eventId(root),
  agent: AgentId.parse('claude'),
  at,
});

describe('ending answers', () => {
  it('stops what runs and what was asked before, but nothing asked after', () => {
    const running = new RunningTurns();
    const first = running.enter(turn('a', 10));
    running.cancel({ room: ROOM, until: 20 });
    expect(first.signal.aborted).toBe(true);
    expect(running.enter(turn('waiting', 15)).signal.aborted).toBe(true);
    expect(running.enter(turn('after', 21)).signal.aborted).toBe(false);
  });

  it('stops the answers to one question, and those that these called', () => {
    const running = new RunningTurns();
    const mine = running.enter(turn('a', 1));
    const called = running.enter(turn('answer', 1, 'a'));
    const other = running.enter(turn('b', 2));
    running.cancel({ room: ROOM, source: eventId('a') });
    expect([mine, called, other].map((slot) => slot.signal.aborted)).toEqual([true, true, false]);
    expect(running.enter(turn('a', 1)).signal.aborted).toBe(true);
  });

  it('stops one answer by its own message', () => {
    const running = new RunningTurns();
    const mine = running.enter(turn('a', 1));
    const other = running.enter(turn('a', 1));
    mine.shows(eventId('shown'));
    running.cancel({ room: ROOM, answer: eventId('shown') });
    expect([mine, other].map((slot) => slot.signal.aborted)).toEqual([true, false]);
  });

  it('counts what runs', () => {
    const running = new RunningTurns();
    const { leave } = running.enter(turn('a', 1));
    expect(running.count(ROOM)).toBe(1);
    leave();
    expect(running.count()).toBe(0);
  });

  it('drops what another turn answers or what was deleted, as long as no word of it was said', () => {
    const running = new RunningTurns();
    const [silent, speaking] = [running.enter(turn('a', 1)), running.enter(turn('a', 1))];
    speaking.speaks();
    expect(running.isSpeaking(eventId('a'))).toBe(true);
    running.cancel({ room: ROOM, replaced: eventId('a'), by: eventId('b') });
    expect([silent, speaking].map((slot) => slot.signal.aborted)).toEqual([true, false]);
    expect(silent.signal.reason).toBeInstanceOf(Dropped);
    // What comes in its place, and what was waiting to begin.
    expect(running.enter({ ...turn('a', 1), cause: eventId('b') }).signal.aborted).toBe(false);
    expect(running.enter(turn('a', 1)).signal.reason).toBeInstanceOf(Dropped);
    running.cancel({ room: ROOM, gone: eventId('a') });
    expect(speaking.signal.reason).toBeInstanceOf(StoppedTurn);
  });
});
