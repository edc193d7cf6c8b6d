import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TerminalScreen } from '../../../gateway/cli/terminal-screen.ts';

class AnOutput extends EventEmitter {
  columns: number | undefined = 100;
  rows: number | undefined = 30;
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

class AnInput extends EventEmitter {
  isTTY = true;
  isRaw = false;
  isPaused = false;

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  pause(): void {
    this.isPaused = true;
  }
}

function aScreen() {
  const output = new AnOutput();
  const input = new AnInput();
  const happened: string[] = [];
  const screen = new TerminalScreen(output, input, {
    quit: () => void happened.push('quit'),
    resized: () => void happened.push('resized'),
  });
  return { output, input, happened, screen };
}

describe('the screen of a terminal', () => {
  it('is the second page of the terminal, and is given back as it was', () => {
    const { output, input, screen } = aScreen();
    expect([output.text, input.isRaw]).toEqual(['\u001b[?1049h\u001b[?25l', true]);

    output.text = '';
    screen[Symbol.dispose]();
    expect([output.text, input.isRaw, input.isPaused]).toEqual([
      '\u001b[?25h\u001b[?1049l',
      false,
      true,
    ]);
    expect([output.listenerCount('resize'), input.listenerCount('data')]).toEqual([0, 0]);
  });

  it('is written over line by line, and wiped below', () => {
    const { output, screen } = aScreen();
    output.text = '';
    screen.show(['one', 'two']);

    expect(output.text).toBe('\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J');
  });

  it.each([['q'], ['Q'], ['\u0003'], ['xq']])('ends with the key %j', (key) => {
    const { input, happened } = aScreen();
    input.emit('data', Buffer.from(key));

    expect(happened).toEqual(['quit']);
  });

  it('ends with no other key', () => {
    const { input, happened } = aScreen();
    input.emit('data', Buffer.from('x\u001b[A'));

    expect(happened).toEqual([]);
  });

  it('has the size of the terminal, and tells when that changes', () => {
    const { output, screen, happened } = aScreen();
    expect([screen.columns, screen.rows]).toEqual([100, 30]);

    output.columns = undefined;
    output.rows = undefined;
    output.emit('resize');
    expect(happened).toEqual(['resized']);
    expect([screen.columns, screen.rows]).toEqual([80, 24]);
  });

  it('reads no keys where there is no keyboard', () => {
    const input = new AnInput();
    input.isTTY = false;
    const events = { quit: () => undefined, resized: () => undefined };
    using _screen = new TerminalScreen(new AnOutput(), input, events);

    expect([input.isRaw, input.listenerCount('data')]).toEqual([false, 0]);
  });
});
