import { stripTypeScriptTypes } from 'node:module';
import type { SourceFile } from './source-tree.ts';

/** A rule that one file can break by itself: gives each offence as the words that a reader needs to find it. */
export type TextRule = (file: SourceFile) => string[];

/** Words that say where something was put, not what it is. */
const emptyNames = ['util', 'utils', 'helper', 'helpers', 'common', 'types', 'misc', 'manager'];

/** Files and folders are named by what they hold. */
export const namesSaySomething: TextRule = ({ path }) =>
  path
    .split('/')
    .flatMap((part) => part.replace(/(\.test|\.bench)?\.ts$/, '').split('-'))
    .filter((word) => emptyNames.includes(word));

const exported =
  /^export (?:abstract class|class|async function\*?|function\*?|interface|type|const|let) (\w+)/;

/** Every exported name says in TSDoc what it promises. */
export const exportsAreExplained: TextRule = ({ text }) => {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = exported.exec(line)?.[1];
    const isOverload =
      name !== undefined && lines[index - 1]?.startsWith(`export function ${name}`);
    return name === undefined || isOverload || lines[index - 1]?.endsWith('*/') ? [] : [name];
  });
};

function commentLines(text: string): string[] {
  return text.split('\n').filter((line) => /^\s*(?:\/\/|\/\*\*|\*)/.test(line));
}

function linesWith(pattern: RegExp): TextRule {
  return ({ text }) => text.split('\n').filter((line) => pattern.test(line));
}

function commentsWith(pattern: RegExp): TextRule {
  return ({ text }) => commentLines(text).filter((line) => pattern.test(line));
}

/** What is left to do has an issue; the mark names it, as in `TODO(#12)`. */
export const tasksNameAnIssue: TextRule = ({ text }) =>
  text.split('\n').filter((line) => /\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))/.test(line));

/** A comment tells what is, not what was. */
export const commentsTellNoHistory: TextRule = commentsWith(
  /\b(?:previously|formerly|originally|used to be|was changed|has been changed|refactored|legacy code)\b/i,
);

/** Code that is not run is not kept. */
export const commentsHoldNoCode: TextRule = commentsWith(
  /^\s*\/\/\s*(?:(?:const|let|import|return|await|if|for|while)\b.*[;{]|.*(?:\);|=> \{))\s*$/,
);

/** Neither rulers nor boxes nor licence headers. */
export const commentsHaveNoBanner: TextRule = commentsWith(
  /(?:[-=*#~_]{5,}|\bCopyright\b|SPDX-|\bLicensed under\b)/,
);

/** A tag that repeats the name of an argument says nothing. */
export const commentsRepeatNoSignature: TextRule = commentsWith(/@(?:param|returns?|type)\b/);

/** Shares run from 0 to 1 and are called usage, share or rate. */
export const nothingIsCalledPercent: TextRule = linesWith(
  /\b(?:const|let|readonly)\s+\w*(?:[pP]ercent(?!ile)|Pct)\w*/,
);

/** The path of a person's or a machine's own folder has no place in a repository. */
export const noPathOfOneMachine: TextRule = linesWith(/['"`\s(]\/(?:home|root|Users|work)\/\w/);

/** A unit test waits for an event or moves its own clock; it never sleeps. */
export const testsDoNotSleep: TextRule = linesWith(
  /\b(?:setTimeout|setInterval)\(|timers\/promises/,
);

/** True for a file that is nothing but types once they are erased, such as the face of a family. */
export function isOnlyTypes({ text }: SourceFile): boolean {
  const code = stripTypeScriptTypes(text).replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  return (
    code.replaceAll(/import\s*\{[^}]*\}\s*from\s*'[^']*';?|export\s*\{\s*\};?/g, '').trim() === ''
  );
}

/** Where the test of a file stands: `routing/router.ts` is tested by `test/routing/router.test.ts`. */
export function mirrorOf(path: string): string {
  return `test/${path.replace(/\.ts$/, '.test.ts')}`;
}
