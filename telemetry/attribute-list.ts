import type { Attributes } from '@opentelemetry/api';

/** Longest name of a span, and longest text of one attribute; longer ones are cut. */
export const ATTRIBUTE_CHARACTERS_MAX = 256;

/** Attributes of one span in the making; what is `undefined` is left out. */
export class AttributeList {
  readonly all: Attributes = {};

  /** Sets a value; a text is cut at `ATTRIBUTE_CHARACTERS_MAX`. */
  set(name: string, value: string | number | boolean | string[] | number[] | undefined): void {
    if (value !== undefined) this.all[name] = typeof value === 'string' ? cut(value) : value;
  }

  /** Sets a whole number, rounded; an engine's count that is negative or beyond 2^53 is left out. */
  setCount(name: string, count: number | undefined): void {
    if (count === undefined || !(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) return;
    this.all[name] = Math.round(count);
  }

  /** Sets a text that has a bound of its own. */
  setWhole(name: string, text: string): void {
    this.all[name] = text;
  }

  /** Sets a duration, in seconds as the conventions want it. */
  setSeconds(name: string, milliseconds: number | undefined): void {
    if (milliseconds !== undefined) this.all[name] = milliseconds / 1000;
  }
}

/** A text that is not longer than `ATTRIBUTE_CHARACTERS_MAX`. */
export function cut(text: string): string {
  return text.length > ATTRIBUTE_CHARACTERS_MAX ? text.slice(0, ATTRIBUTE_CHARACTERS_MAX) : text;
}
