import { describe, expect, it } from 'vitest';
import {
  HISTORY_CELLS,
  RequestBoard,
} from '../../../../../../gateway/server/live/page/model/request-board.ts';
import { cells, tokenCell } from '../../../../../../gateway/server/live/page/model/rhythm.ts';
import { anEvent, theFacts } from '../../../../../support/live-events.ts';

function latest(board: RequestBoard, number = 0) {
  const request = board.get(number);
  return [request?.cells[board.head], request?.counts[board.head]];
}

describe('the board of requests', () => {
  it('follows a request from the queue to its end', () => {
    const board = new RequestBoard();
    board.apply(anEvent(100, { came: [theFacts(0)], moved: [0, 0, -1, 0, 0, 40] }));
    expect(board.get(0)).toMatchObject({ phase: 'waiting', replica: undefined, movedAtMs: 60 });
    expect(latest(board)).toEqual([cells.waiting, 0]);

    board.apply(anEvent(350, { moved: [0, 1, 1, 0, 0, 10] }));
    expect(board.get(0)).toMatchObject({ phase: 'prefill', replica: 'r1' });

    board.apply(anEvent(600, { moved: [0, 2, 1, 4, 30, 5] }));
    expect(board.get(0)).toMatchObject({ phase: 'streaming', tokens: 4, gapMaxMs: 30 });
    expect(latest(board)).toEqual([tokenCell(30), 4]);

    board.apply(anEvent(850));
    expect(latest(board)).toEqual([cells.silent, 0]);
    board.apply(anEvent(1_600));
    expect(latest(board)).toEqual([cells.stalled, 0]);

    board.apply(anEvent(1_850, { gone: [0] }));
    expect(board.size).toBe(0);
  });

  it('takes tokens from before it looked for no burst', () => {
    const board = new RequestBoard();
    board.apply(anEvent(0, { came: [theFacts(0)], moved: [0, 2, 0, 500, 0, 20] }));
    expect(latest(board)).toEqual([cells.silent, 0]);

    board.apply(anEvent(250, { moved: [0, 2, 0, 503, 80, 20] }));
    expect(latest(board)).toEqual([tokenCell(80), 3]);
  });

  it('remembers sixteen seconds, and writes over what is older', () => {
    const board = new RequestBoard();
    board.apply(anEvent(0, { came: [theFacts(0)], moved: [0, 0, -1, 0, 0, 0] }));
    for (let tick = 1; tick < HISTORY_CELLS; tick += 1) board.apply(anEvent(tick * 250));
    expect(board.get(0)?.cells.every((cell) => cell === cells.waiting)).toBe(true);

    board.apply(anEvent(16_000, { moved: [0, 1, 0, 0, 0, 0] }));
    expect(board.get(0)?.cells.filter((cell) => cell === cells.prefill)).toHaveLength(1);
  });

  it('keeps what it knows of those who are told of anew, and takes the numbers of another gateway for others', () => {
    const board = new RequestBoard();
    const moved = [0, 2, 0, 9, 70, 0, 1, 2, 0, 9, 70, 0];
    board.apply(anEvent(0, { came: [theFacts(0), theFacts(1)], moved }));
    board.apply(anEvent(250, { moved: [0, 2, 0, 10, 70, 0] }));

    const came = [theFacts(0), theFacts(1, 'another')];
    board.apply(anEvent(500, { came, moved, untold: 3 }, { whole: true }));

    expect(board.get(0)).toMatchObject({ requestId: 'request-0', gapMaxMs: 70 });
    expect(board.get(0)?.counts.includes(1)).toBe(true);
    expect(board.get(1)).toMatchObject({ requestId: 'another' });
    expect(board.untold).toBe(3);
  });

  it('counts no more tokens in a cell than a byte holds', () => {
    const board = new RequestBoard();
    board.apply(anEvent(0, { came: [theFacts(0)], moved: [0, 1, 0, 0, 0, 0] }));
    board.apply(anEvent(250, { moved: [0, 2, 0, 256, 1, 0] }));

    expect(latest(board)[1]).toBe(255);
  });

  it('ignores news of those whom it was never told of', () => {
    const board = new RequestBoard();
    board.apply(anEvent(0, { moved: [7, 2, 0, 9, 70, 0], gone: [8] }));

    expect(board.size).toBe(0);
  });
});
