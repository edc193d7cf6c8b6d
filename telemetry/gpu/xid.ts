/** A fault that the driver wrote into the kernel log. */
export interface Xid {
  /** As sysfs writes it, without the function: `0000:9b:00`. */
  readonly address: string;
  readonly code: number;
}

/** What a code says of the GPU that it stands for. */
export interface XidMeaning {
  readonly severity: 'sick' | 'warning';
  /** In words that end a sentence. */
  readonly words: string;
}

/**
 * Codes after which a GPU serves nothing until it is reset, mended or relieved of what it ran, and those that tell of a
 * fault that it has survived. The other codes are faults of programs, or follow one of these. Source: NVIDIA's
 * catalogue of actions, as gpud encodes it.
 */
const MEANINGS: ReadonlyMap<number, XidMeaning> = new Map([
  [46, sick('the GPU stopped processing')],
  [48, sick('a double-bit memory error')],
  [62, sick('its microcontroller halted')],
  [63, warning('a memory row is to be remapped at the next reset')],
  [64, sick('a bad memory row could not be remapped')],
  [74, sick('an NVLink error')],
  [79, sick('the GPU has fallen off the bus')],
  [94, sick('a memory error, contained to the engine that met it')],
  [95, sick('a memory error that was not contained')],
  [109, sick('a switch of contexts timed out')],
  [119, sick('its system processor does not answer')],
  [120, sick('its system processor failed')],
  [140, sick('a memory error that was not recovered')],
  [143, sick('it could not be initialised')],
  [145, warning('an NVLink error')],
  [149, warning('an NVLink error')],
  [151, sick('a key of its encryption could not be renewed')],
  [155, sick('an NVLink error that asks for a reset')],
  [156, sick('a resource was retired; it asks for a reset')],
  [158, sick('a fatal timeout on the GPU')],
]);

/** What a code says; `undefined` for one that is no fault of the GPU. */
export function xidMeaning(code: number): XidMeaning | undefined {
  return MEANINGS.get(code);
}

const XID = /NVRM: Xid \((?:PCI:)?([\da-f]{4,8}:[\da-f]{2}:[\da-f]{2})(?:\.\d)?\): (\d{1,4})\b/iu;

/** The driver does not always give a number to a GPU that it has lost. */
const OFF_THE_BUS =
  /NVRM: .*?\b([\da-f]{4,8}:[\da-f]{2}:[\da-f]{2})(?:\.\d)?\b.*fallen off the bus/iu;
const OFF_THE_BUS_CODE = 79;

/** The fault that a line of the kernel log tells of; `undefined` for any other line. */
export function parseXid(line: string): Xid | undefined {
  const coded = XID.exec(line);
  if (coded !== null) return { address: slotOf(coded[1] ?? ''), code: Number(coded[2]) };
  const lost = OFF_THE_BUS.exec(line);
  return lost === null ? undefined : { address: slotOf(lost[1] ?? ''), code: OFF_THE_BUS_CODE };
}

/** The slot of a GPU, `0000:9b:00`, from its address in any spelling, with the function or without. */
export function slotOf(address: string): string {
  const [domain = '', bus = '', device = ''] = address.trim().toLowerCase().split(':');
  return [domain.slice(-4).padStart(4, '0'), bus, device.slice(0, 2)].join(':');
}

function sick(words: string): XidMeaning {
  return { severity: 'sick', words };
}

function warning(words: string): XidMeaning {
  return { severity: 'warning', words };
}
