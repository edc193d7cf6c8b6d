import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LineLog, type LogLevel, openLog } from '../../telemetry/logger.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'numagate-log-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function open(level: LogLevel = 'info'): LineLog {
  return openLog({ level, destination: join(folder, 'log') });
}

function lines(): unknown[] {
  return readFileSync(join(folder, 'log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('a log', () => {
  it('holds one JSON object a line, with its level in words', async () => {
    const log = open();

    log.info({ replica: 'a' }, 'joined');
    log.warn({}, 'slow');
    log.error({ err: new Error('broken', { cause: new Error('root') }) }, 'a bug');
    await log.close();

    expect(lines()).toEqual([
      { level: 'info', time: expect.any(Number), replica: 'a', msg: 'joined' },
      { level: 'warn', time: expect.any(Number), msg: 'slow' },
      {
        level: 'error',
        time: expect.any(Number),
        err: expect.objectContaining({ message: expect.stringContaining('broken: root') }),
        msg: 'a bug',
      },
    ]);
  });

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('of level %s tells %j', async (level, told) => {
    const log = open(level);

    for (const one of ['debug', 'info', 'warn', 'error'] as const) log[one]({}, one);
    await log.close();

    expect(lines()).toMatchObject(told.map((msg) => ({ level: msg, msg })));
  });

  it('keeps the order in which lines were said, be they ready-made or not', async () => {
    const log = open();

    log.line({ msg: 'one' });
    log.line({ msg: 'two' });
    log.warn({}, 'three');
    log.line({ msg: 'four' });
    await log.close();

    expect(lines()).toMatchObject(['one', 'two', 'three', 'four'].map((msg) => ({ msg })));
  });

  it('says nothing after it is closed', async () => {
    const log = open();
    await log.close();

    log.info({}, 'late');
    log.line({ msg: 'late' });
    await log.close();

    expect(lines()).toEqual([]);
  });

  it('cannot be opened where its folder is not', () => {
    const destination = join(folder, 'missing', 'log');

    expect(() => openLog({ level: 'info', destination })).toThrow('ENOENT');
  });
});

describe('ready-made lines', () => {
  it.each([
    ['info', true],
    ['warn', false],
  ] as const)('are told at level %s: %s', async (level, tells) => {
    const log = open(level);

    log.line({ msg: 'request' });
    await log.close();

    expect(log.tellsLines).toBe(tells);
    expect(lines()).toHaveLength(tells ? 1 : 0);
  });

  it('are written within a quarter of a second', async () => {
    vi.useFakeTimers();
    const log = open();
    log.line({ msg: 'request' });

    vi.advanceTimersByTime(249);
    expect(lines()).toEqual([]);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    await log.close();
  });

  it('are written at once when they fill the buffer', async () => {
    const log = open();

    log.line({ msg: 'x'.repeat(20_000) });
    await vi.waitFor(() => expect(lines()).toHaveLength(1));
    await log.close();
  });
});

describe('a destination that does not keep up', () => {
  it('costs lines, which are counted, and never the writers time', async () => {
    const log = open();
    const line = { msg: 'x'.repeat(99_990 - '{"msg":""}\n'.length) };

    // All of this is said before the first write can have ended.
    for (let index = 0; index < 200; index += 1) log.line(line);
    await log.close();

    expect(lines().length + log.droppedLines).toBe(200);
    expect(log.droppedLines).toBeGreaterThan(100);
  });
});
