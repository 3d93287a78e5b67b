import { marked, type Token, type Tokens } from 'marked';

/** Text from outside as Markdown that shows it and does nothing: no emphasis, no link, no picture, no HTML. */
export const plain = (text: string): string =>
  escaped(
    text
      .replaceAll(/\p{Cc}+/gu, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );

/** Addresses too, so that no reader makes a link of what only looks like one. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[\\`*_{}[\]<>()#|~&!@]/g, (sign) => `\\${sign}`)
    .replaceAll('://', ':\\/\\/')
    .replaceAll(/\bwww\./gi, (start) => `${start.slice(0, -1)}\\.`);

/** Hosts that an answer may link to, besides pages of our own (`/…`). */
export interface LinkRule {
  readonly hosts: readonly string[];
}

const NOWHERE: LinkRule = { hosts: [] };

/**
 * Markdown of the safe subset, whatever it is made from: paragraphs, headings, lists, quotes, tables, code, emphasis, and
 * links to our own pages or to hosts on the list. HTML becomes text, pictures their description, any other address a
 * piece of code that nothing makes clickable.
 */
export const safeMarkdown = (text: string, rule: LinkRule = NOWHERE): string =>
  blocks(marked.lexer(text.replaceAll('\0', '')), rule).join('\n\n');

const blocks = (tokens: readonly Token[], rule: LinkRule): string[] =>
  tokens.map((token) => block(token as MarkedToken, rule)).filter((part) => part !== '');

type MarkedToken = Tokens.Generic & { readonly type: string };

const block = (token: MarkedToken, rule: LinkRule): string => {
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return line(token, rule);
    case 'heading':
      return `${'#'.repeat(Math.min(6, Number(token['depth'])))} ${line(token, rule)}`;
    case 'list':
      return list(token as Tokens.List, rule);
    case 'blockquote':
      return prefixed(blocks(token.tokens ?? [], rule).join('\n\n'), '> ', '> ');
    case 'code':
      return fenced(String(token['text']));
    case 'table':
      return table(token as Tokens.Table, rule);
    case 'hr':
      return '---';
    case 'html':
      return plain(String(token['text']));
    // Definitions of addresses, and whatever a later version of the grammar may bring, say nothing to a reader.
    default:
      return '';
  }
};

const line = ({ tokens, text }: MarkedToken, rule: LinkRule): string =>
  tokens === undefined ? plain(String(text)) : inline(tokens, rule);

const inline = (tokens: readonly Token[], rule: LinkRule): string =>
  tokens.map((token) => span(token as MarkedToken, rule)).join('');

const span = (token: MarkedToken, rule: LinkRule): string => {
  const within = () => inline(token.tokens ?? [], rule);
  switch (token.type) {
    case 'strong':
      return `**${within()}**`;
    case 'em':
      return `*${within()}*`;
    case 'del':
      return `~~${within()}~~`;
    case 'codespan':
      return code(String(token['text']));
    case 'br':
      return '  \n';
    case 'link':
      return link(token as Tokens.Link, rule, within);
    case 'image':
      return plain(String(token['text']));
    case 'text':
      return token.tokens === undefined ? written(token) : within();
    case 'escape':
      return token.raw;
    default:
      return written(token);
  }
};

/** Text with its line breaks, and whatever has no meaning here, as text. */
const written = ({ text, raw }: MarkedToken): string =>
  escaped(String(text ?? raw).replaceAll(/[^\P{Cc}\n]/gu, ' '));

const code = (text: string): string => {
  const content = text.replaceAll(/[`\n]/g, ' ').trim();
  return content === '' ? '' : `\`${content}\``;
};

const fenced = (text: string): string => ['```', text.replaceAll('```', "'''"), '```'].join('\n');

const link = ({ href, text }: Tokens.Link, rule: LinkRule, within: () => string): string => {
  const address = allowed(href, rule);
  if (address !== null) return `[${within()}](${address})`;
  return href.endsWith(text) ? code(href) : `${within()} \\(${code(href)}\\)`;
};

/** A page of our own, or a secure address at a host on the list; `null` for anything else. */
const allowed = (href: string, { hosts }: LinkRule): string | null => {
  if (/^\/(?![/\\])[\w\-./?=&%#]*$/.test(href)) return href;
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  return hosts.includes(url.hostname) ? url.href.replaceAll(/[()\s]/g, encodeURIComponent) : null;
};

const list = ({ items, ordered, start }: Tokens.List, rule: LinkRule): string =>
  items
    .map((item, index) => {
      const mark = ordered ? `${String((start === '' ? 1 : start) + index)}. ` : '- ';
      const content = blocks(item.tokens, rule).join('\n');
      return prefixed(content, mark, ' '.repeat(mark.length));
    })
    .join('\n');

const prefixed = (text: string, first: string, rest: string): string =>
  text
    .split('\n')
    .map((each, index) => `${index === 0 ? first : rest}${each}`.trimEnd())
    .join('\n');

const table = ({ header, rows }: Tokens.Table, rule: LinkRule): string => {
  const row = (cells: readonly Tokens.TableCell[]): string =>
    `| ${cells.map(({ tokens }) => inline(tokens, rule).replaceAll('\n', ' ')).join(' | ')} |`;
  return [row(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(row)].join('\n');
};
