import { PythonRandom } from './python-random.ts';

/**
 * 256 common English words of three letters at the mean. Each is one token, with the space before it,
 * in the vocabularies that current models use, and four bytes a token is what English text comes to
 * there; where words are tokens a prompt of N words is exactly N tokens.
 */
const wordList: readonly string[] = (
  'act add age ago aid aim air all also am an and any arm art as ask at back bad bag bar bat ' +
  'bay be bed bee been bet big bit bow box boy bug bus but buy by cab can cap car cat come cow ' +
  'cry cup cut dad day did die dig do does dog dot dry due each ear eat egg end era eve even ' +
  'eye fan far fat fee few fig fin find fit fix fly fog for fox from fun fur gap gas get give ' +
  'go good got gun guy had ham has hat have he her here hid him his hit hop hot how hug ice if ' +
  'ill in into is it its jet job joy just key kid kit know lab lap law lay led leg let lid lie ' +
  'like lip lit log long lot low mad made make man many map mat may me men met mix mom more ' +
  'most much mud my nap net new no nor not now nut odd of off oil old on one or our out owl own ' +
  'pad pan pay pea pen per pet pie pig pin pit pop pot put ran rat raw ray red rib rid rob rod ' +
  'row rub rug run sad sat saw say sea see set she shy sir sit six ski sky so son sun tap tax ' +
  'tea ten the tie tip to too top toy try two up us use van war was way we web wet who why win ' +
  'won yes yet you zoo'
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
