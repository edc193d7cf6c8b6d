/** Bytes that are neither a chunk nor an event nor HTTP. */
export const GARBAGE = '\u0000\u00ff\u00fe~~ no event, no chunk, no header ~~\u0007\n';
