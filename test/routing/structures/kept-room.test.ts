import { describe, expect, it } from 'vitest';
import { KEPT_MS, KeptRoom } from '../../../routing/structures/kept-room.ts';

describe('room that is kept', () => {
  it('is none where all have one priority', () => {
    const kept = new KeptRoom();
    kept.note(3, 500, 0);

    expect(kept.tokensFor(3, 0)).toBe(0);
    expect(kept.tokensFor(4, 0)).toBe(0);
  });

  it('is for two of the largest of each higher priority', () => {
    const kept = new KeptRoom();
    kept.note(1, 500, 0);
    kept.note(1, 200, 0);
    kept.note(2, 70, 0);
    kept.note(-1, 9000, 0);

    expect(kept.tokensFor(0, 0)).toBe(2 * (500 + 70));
    expect(kept.tokensFor(1, 0)).toBe(2 * 70);
    expect(kept.tokensFor(2, 0)).toBe(0);
  });

  it('is forgotten once nobody of that priority has come for two windows', () => {
    const kept = new KeptRoom();
    kept.note(1, 500, 0);

    expect(kept.tokensFor(0, KEPT_MS - 1)).toBe(1000);
    expect(kept.tokensFor(0, KEPT_MS)).toBe(1000);
    expect(kept.tokensFor(0, 2 * KEPT_MS)).toBe(0);
  });

  it('is kept for one window to two, however often somebody looks', () => {
    const kept = new KeptRoom();
    kept.note(1, 10, 0);
    kept.note(1, 500, KEPT_MS - 1);
    kept.note(2, 70, KEPT_MS / 2);

    expect(kept.tokensFor(0, KEPT_MS + 1)).toBe(1140);
    expect(kept.tokensFor(0, 2 * KEPT_MS - 1)).toBe(1140);
    expect(kept.tokensFor(0, 2 * KEPT_MS)).toBe(0);
  });

  it('is not forgotten for one who came a moment before the last look', () => {
    const kept = new KeptRoom();
    kept.note(1, 500, KEPT_MS);
    kept.note(1, 200, KEPT_MS - 1);

    expect(kept.tokensFor(0, 3 * KEPT_MS - 1)).toBe(1000);
  });

  it('is forgotten at once by who looks after two windows', () => {
    const kept = new KeptRoom();
    kept.note(1, 500, 0);

    expect(kept.tokensFor(0, 2 * KEPT_MS)).toBe(0);
  });

  it('follows those who come now', () => {
    const kept = new KeptRoom();
    kept.note(1, 500, 0);
    kept.note(1, 100, KEPT_MS);
    expect(kept.tokensFor(0, KEPT_MS)).toBe(1000);

    kept.note(1, 100, 2 * KEPT_MS);

    expect(kept.tokensFor(0, 2 * KEPT_MS)).toBe(200);
  });
});
