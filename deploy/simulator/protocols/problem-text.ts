import { pythonText } from '../python-text.ts';
import type { Problem } from './pydantic-problem.ts';

/** A problem as Python prints it: the place is a tuple. */
export function problemText({ type, at, message, input, context }: Problem): string {
  const place = at.length === 1 ? `(${pythonText(at[0])},)` : `(${at.map(pythonText).join(', ')})`;
  const added = context === undefined ? '' : `, 'ctx': {'error': '${context}'}`;
  return `{'type': '${type}', 'loc': ${place}, 'msg': '${message}', 'input': ${pythonText(input)}${added}}`;
}
