import { PythonRandom } from './python-random.ts';

/**
 * 256 common English words. Each is one token, with the space before it, in the vocabularies that
 * current models use, so a prompt of N words is close to N tokens there, and exactly N where words
 * are tokens.
 */
const wordList: readonly string[] = (
  'able about above across act add after again age agree air all almost alone along also always ' +
  'among and animal answer any appear apply area arm around arrive art ask away baby back bad ball ' +
  'bank base bear beat bed been before began begin behind believe best better between big bird ' +
  'black blood blue board boat body book both box boy bread break bring broke brother brown build ' +
  'busy but buy call came camp can capital care carry case catch cause cell center century certain ' +
  'chair chance change chart check chief child choose circle city claim class clean clear climb ' +
  'clock close cloud coast cold color come common complete contain control cook cool copy corn ' +
  'corner cost cotton could count country course cover create cross crowd current cut dance danger ' +
  'dark day dead deal decide deep degree depend design develop dictionary die differ direct ' +
  'discuss distance divide doctor dog dollar done door double doubt down draw dream dress drink ' +
  'drive drop dry during each ear early earth ease east eat edge effect egg eight either electric ' +
  'element else end enemy energy engine enough enter equal even evening event ever every exact ' +
  'example except exercise expect experience experiment eye face fact fair fall family famous far ' +
  'farm fast father favor fear feed feel feet few field fight figure fill final find fine finger ' +
  'finish fire first fish fit five flat floor flow flower fly follow food foot for force forest ' +
  'form forward found four fraction free fresh friend from front fruit full fun future game garden gas'
).split(' ');

/**
 * The words of a run, in the order that its seed gives: shuffled by Python's generator, as the
 * reference shuffles its conversations, so that other seeds make other prompts of equal lengths.
 */
export function shuffledWords(seed: number): readonly string[] {
  const words = [...wordList];
  new PythonRandom(seed).shuffle(words);
  return words;
}

/** Words of a text: what stands between blanks. */
export function countWords(text: string): number {
  return text.split(/\s+/u).filter((word) => word !== '').length;
}
