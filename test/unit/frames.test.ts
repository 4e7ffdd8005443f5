import { describe, expect, it } from 'vitest';
import { cut, frame } from '../../executor/sandbox/spawner/frames.ts';

describe('frames', () => {
  const sent = [
    ['started', '7', '4711'],
    ['failed', '8', ''],
    ['ready', '9', '{ "child-pid": 12 }\n안녕\0'],
  ];
  const bytes = Buffer.concat(sent.map(frame));

  it('come out as they went in, wherever the stream was cut', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const first = cut(bytes.subarray(0, at));
      const second = cut(Buffer.concat([first.rest, bytes.subarray(at)]));
      expect([...first.frames, ...second.frames]).toEqual(sent);
      expect(second.rest).toHaveLength(0);
    }
  });

  it('carry bytes as they are', () => {
    expect([...frame([Uint8Array.of(0, 255)])]).toEqual([0, 0, 0, 6, 0, 0, 0, 2, 0, 255]);
  });
});
