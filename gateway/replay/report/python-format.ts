/** Two decimals as Python's `.2f` rounds: exact binary ties go to the even digit. */
export function twoDecimals(value: number): string {
  // Only odd multiples of 1/8 lie exactly between two hundredths.
  const eighths = value * 8;
  if (!Number.isInteger(eighths) || eighths % 2 === 0) return value.toFixed(2);
  const below = Math.floor(value * 100);
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2);
}

/** A float as Python prints it: `4.0`, `0.5`, `inf`. */
export function pythonFloat(value: number): string {
  if (value === Infinity) return 'inf';
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
