/** Prime and start of FNV-1a, 32 bits. */
const FNV_PRIME = 0x0100_0193;
const FNV_START = 0x811c_9dc5;

/** FNV-1a of a name, 0 to 2^32 - 1: seeds what is made from the name. */
export function hashName(name: string): number {
  let hash = FNV_START;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), FNV_PRIME);
  }
  return hash >>> 0;
}
