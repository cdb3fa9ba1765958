/**
 * What is typed to find nodes. Pure.
 *
 *   clean train          both words, in the name, the component or the comment
 *   clean OR "fill gaps"
 *   t?ain*               one sign, any number of signs
 *   runStatus == failed; duration > 5m
 *   train | runStatus in {Failed, Canceled}
 *
 * Parts that stand beside each other, or are parted by `AND`, `;` or `|`, must all hold; `OR` binds less.
 */
import type { GraphNode, Step } from './types.ts';

/** A node with all that it can be found by; `seconds` null while it has not begun. */
export interface Found {
  node: GraphNode;
  step: Step | undefined;
  seconds: number | null;
}

export type Test = (found: Found) => boolean;

/** What was typed is no search; `part` is what could not be read. */
export class NotASearch extends Error {
  constructor(readonly part: string) {
    super(part);
  }
}

export const KEYS = ['runStatus', 'compute', 'duration', 'reuse', 'tags', 'type', 'name', 'comment'] as const;

const OPERATORS = ['>=', '<=', '==', '!=', '>', '<', '=', 'in'] as const;
type Operator = (typeof OPERATORS)[number];
type Key = (typeof KEYS)[number];

const TOKEN = /\s*(?:"([^"]*)"|(\{[^}]*\})|(>=|<=|==|!=|[><=;|])|([^\s"{};|<>=!]+))/y;
const NAMES = new Map<string, Key>([...KEYS.map((key) => [key.toLowerCase(), key] as const), ['status', 'runStatus']]);
const UNITS: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const YES = new Set(['true', 'yes', '1']);

interface Token {
  kind: 'text' | 'word' | 'set' | 'sign';
  text: string;
}

/**
 * Read what was typed.
 *
 * @returns a test, null where nothing was typed
 * @throws NotASearch
 */
export function parseSearch(typed: string): Test | null {
  const tokens = tokensOf(typed);
  const alternatives: Test[][] = [[]];
  for (let place = 0; place < tokens.length; place += 1) {
    const token = tokens[place] as Token;
    if (token.kind === 'sign') {
      if (token.text !== ';' && token.text !== '|') throw new NotASearch(token.text);
      continue;
    }
    if (token.kind === 'set') throw new NotASearch(token.text);
    if (token.kind === 'word' && token.text === 'AND') continue;
    if (token.kind === 'word' && token.text === 'OR') {
      alternatives.push([]);
      continue;
    }
    const operator = operatorOf(tokens[place + 1]);
    const key = token.kind === 'word' ? NAMES.get(token.text.toLowerCase()) : undefined;
    if (operator && key) {
      const value = tokens[place + 2];
      if (!value || value.kind === 'sign') throw new NotASearch(`${token.text} ${operator}`);
      alternatives.at(-1)?.push(filterOf(key, operator, value));
      place += 2;
    } else if (operator && operator !== 'in') throw new NotASearch(token.text);
    else alternatives.at(-1)?.push(wordsTest(token.text));
  }
  const meant = alternatives.filter((tests) => tests.length);
  return meant.length ? (found) => meant.some((tests) => tests.every((test) => test(found))) : null;
}

function tokensOf(typed: string): Token[] {
  const tokens: Token[] = [];
  const text = typed.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new NotASearch(text.slice(from).trim());
    const [, quoted, set, sign, word] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (set !== undefined) tokens.push({ kind: 'set', text: set });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
}

function operatorOf(token: Token | undefined): Operator | undefined {
  if (!token || (token.kind !== 'sign' && token.text !== 'in')) return undefined;
  return OPERATORS.find((operator) => operator === token.text);
}

function wordsTest(text: string): Test {
  const matches = pattern(text, false);
  return ({ node }) => [node.title, node.key, node.detail, node.comment].some(matches);
}

/** A test for a text with `?` and `*`; `isWhole`: they stand for all of it, else for a part. */
function pattern(text: string, isWhole: boolean): (value: string) => boolean {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(isWhole ? `^${source}$` : source, 'i');
  return (value) => expression.test(value);
}

function filterOf(key: Key, operator: Operator, value: Token): Test {
  if (key === 'duration') return durationTest(operator, value.text);
  if (operator !== 'in' && operator !== '==' && operator !== '=' && operator !== '!=') throw new NotASearch(operator);
  const wanted = value.kind === 'set' ? value.text.slice(1, -1).split(',') : [value.text];
  if (operator === 'in' && value.kind !== 'set') throw new NotASearch(value.text);
  const tests = wanted.map((one) => pattern(one.trim().replace(/^"(.*)"$/, '$1'), true));
  const isWanted = operator !== '!=';
  return (found) => valuesOf(key, found, wanted).some((one) => tests.some((test) => test(one))) === isWanted;
}

function valuesOf(key: Key, { node, step }: Found, wanted: readonly string[]): string[] {
  switch (key) {
    case 'runStatus':
      return step ? [step.state, step.status, step.state_text] : [];
    case 'compute':
      return step ? [step.compute] : [];
    case 'reuse':
      return step && wanted.some((one) => YES.has(one.trim().toLowerCase()) === step.reused) ? [...wanted] : [];
    case 'tags':
      return step ? step.tags.flatMap((tag) => [tag, tag.split('=')[0] ?? tag]) : [];
    case 'type':
      return [node.kind];
    case 'name':
      return [node.title, node.key];
    case 'comment':
      return [node.comment];
    case 'duration':
      return [];
  }
}

function durationTest(operator: Operator, text: string): Test {
  const match = /^(\d+(?:\.\d+)?)(s|min|m|h|d)?$/i.exec(text);
  if (!match || operator === 'in') throw new NotASearch(text);
  const wanted = Number(match[1]) * (UNITS[(match[2] ?? 's').toLowerCase()] ?? 1);
  return ({ seconds }) => {
    if (seconds === null) return false;
    switch (operator) {
      case '>':
        return seconds > wanted;
      case '>=':
        return seconds >= wanted;
      case '<':
        return seconds < wanted;
      case '<=':
        return seconds <= wanted;
      case '!=':
        return Math.round(seconds) !== wanted;
      default:
        return Math.round(seconds) === wanted;
    }
  };
}
