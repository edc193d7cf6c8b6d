import { pythonText } from '../python-text.ts';
import { type FieldType, type Refusal, type RefusalTable, sayRefusal } from '../refusal.ts';

/** What the engines' web framework has against a body. */
export interface Problem {
  readonly type: string;
  /** Path to the place, from `body` on. */
  readonly at: readonly (string | number)[];
  readonly message: string;
  /** What stands there. */
  readonly input: unknown;
  /** What the JSON reader added. */
  readonly context?: string;
}

/** The problem of a body that is not even read; `undefined` for what the engine itself refuses. */
export function findProblem(refusal: Refusal): Problem | undefined {
  return sayRefusal(problems, refusal, 0);
}

/** A problem as Python prints it: the place is a tuple. */
export function problemText({ type, at, message, input, context }: Problem): string {
  const place = at.length === 1 ? `(${pythonText(at[0])},)` : `(${at.map(pythonText).join(', ')})`;
  const added = context === undefined ? '' : `, 'ctx': {'error': '${context}'}`;
  return `{'type': '${type}', 'loc': ${place}, 'msg': '${message}', 'input': ${pythonText(input)}${added}}`;
}

/** How pydantic names a value of the wrong type. */
const typeErrors: Readonly<Record<FieldType, readonly [type: string, message: string]>> = {
  integer: ['int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
  number: ['float_parsing', 'Input should be a valid number, unable to parse string as a number'],
  boolean: ['bool_parsing', 'Input should be a valid boolean, unable to interpret input'],
  string: ['string_type', 'Input should be a valid string'],
  list: ['list_type', 'Input should be a valid list'],
  dictionary: ['dict_type', 'Input should be a valid dictionary'],
  prompt: ['string_type', 'Input should be a valid string'],
};

const problems: RefusalTable<Problem> = {
  'bad-json': ({ at }) => ({
    type: 'json_invalid',
    at: ['body', at],
    message: 'JSON decode error',
    input: {},
    context: 'Expecting value',
  }),
  'empty-body': () => ({
    type: 'missing',
    at: ['body'],
    message: 'Field required',
    input: null,
  }),
  'not-an-object': ({ found }) => ({
    type: 'model_attributes_type',
    at: ['body'],
    message: 'Input should be a valid dictionary or object to extract fields from',
    input: found,
  }),
  'missing-field': ({ field, found }) => ({
    type: 'missing',
    at: ['body', field],
    message: 'Field required',
    input: found,
  }),
  'unknown-field': ({ field, found }) => ({
    type: 'extra_forbidden',
    at: ['body', field],
    message: 'Extra inputs are not permitted',
    input: found,
  }),
  'bad-type': ({ field, expected, found }) => {
    const [type, message] = typeErrors[expected];
    return { type, at: ['body', field], message, input: found };
  },
};
