import type { CodedGaps } from '../../telemetry/gap-code.ts';
import { decodeGaps } from '../../telemetry/gap-code.ts';

/** Every stream that a text tells the gaps of, in its order: a code by itself, or spans in any form of JSON. */
export function codesIn(text: string): readonly CodedGaps[] {
  // JSON may write a slash with a backslash before it.
  const found = text.replaceAll(String.raw`\/`, '/').matchAll(CODE);
  return [...found].flatMap(([code]) => decodeGaps(code) ?? []);
}

const CODE = /\bg1\.\d+\.[A-Za-z0-9+/]*(?:\.[A-Za-z0-9+/]+)?/gu;
