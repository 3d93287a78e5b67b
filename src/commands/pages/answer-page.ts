import { marked, type Token, type Tokens } from 'marked';
import type { ExchangeShape } from '../../api/chat.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, wrap } from '../../platform/terminal/text.ts';

/** An answer as a terminal shows it: text, how it came about, and where it stands. */
export const answerPage = (terminal: Terminal, exchange: ExchangeShape): string =>
  [answerText(terminal, exchange.answer ?? ''), ...footLines(terminal, exchange)].join('\n');

/** What follows an answer: whose words it is in, why it is as it is, and its sources. */
export const footLines = (terminal: Terminal, { mode, note, sources }: ExchangeShape): string[] => [
  ...(mode === 'model' ? ['', ...wrap(BY_MODEL, terminal.columns).map(terminal.style.faint)] : []),
  ...(note === null
    ? []
    : ['', ...wrap(printable(note), terminal.columns).map(terminal.style.warn)]),
  ...(sources.length === 0 ? [] : ['', ...sourceLines(terminal, sources)]),
];

const BY_MODEL =
  'In the words of a model; its figures and dates were checked against what it looked up.';

const MOST_SOURCES = 6;

const sourceLines = (terminal: Terminal, sources: ExchangeShape['sources']): string[] => {
  const shown = sources.slice(0, MOST_SOURCES).map(({ kind, id, title, at }) => {
    const age = at === null ? '' : `, ${at.slice(0, 10)}`;
    return `${kind} ${id}${title === id ? '' : `: ${title}`}${age}`;
  });
  const more = sources.length - shown.length;
  const lines = [...shown, ...(more > 0 ? [`and ${String(more)} more; --json lists all`] : [])];
  return lines.flatMap((line, index) =>
    wrap(printable(line), terminal.columns, index === 0 ? 'sources  ' : '         ').map(
      terminal.style.faint,
    ),
  );
};

/** Markdown as a terminal shows it; pieces that end at an empty line may be shown one by one. */
export const answerText = (terminal: Terminal, markdown: string): string =>
  blocks(marked.lexer(markdown), terminal, terminal.columns).join('\n');

type Any = Tokens.Generic;

const blocks = (tokens: readonly Token[], terminal: Terminal, width: number): string[] =>
  tokens.flatMap((token) => block(token, terminal, width));

const block = (token: Any, terminal: Terminal, width: number): string[] => {
  switch (token.type) {
    case 'space':
      return [''];
    case 'list':
      return (token as Tokens.List).items.flatMap((item, index) =>
        hanging(
          blocks(item.tokens, terminal, width - 4),
          (token as Tokens.List).ordered ? `${String(index + 1)}. ` : '• ',
        ),
      );
    case 'blockquote':
      return blocks(token.tokens ?? [], terminal, width - 4).map((line) => `  │ ${line}`);
    case 'code':
      return printable(String(token['text']))
        .split('\n')
        .map((line) => `    ${line}`);
    case 'hr':
      return [terminal.style.faint('─'.repeat(Math.min(width, 40)))];
    case 'table':
      return tableLines(token as Tokens.Table, terminal);
    default:
      return styled(token, terminal)
        .split('\n')
        .flatMap((line) => wrap(line, width));
  }
};

const hanging = (lines: readonly string[], mark: string): string[] =>
  lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);

const tableLines = ({ header, rows }: Tokens.Table, terminal: Terminal): string[] =>
  [header, ...rows].map((cells) =>
    cells.map(({ tokens }) => inline(tokens, terminal)).join('  ·  '),
  );

const styled = (token: Any, terminal: Terminal): string => {
  const text = token.tokens === undefined ? printable(bare(token)) : inline(token.tokens, terminal);
  return token.type === 'heading' ? terminal.style.heading(text) : text;
};

const inline = (tokens: readonly Token[], terminal: Terminal): string =>
  tokens.map((token) => span(token, terminal)).join('');

const span = (token: Any, terminal: Terminal): string => {
  const within = () =>
    token.tokens === undefined ? printable(bare(token)) : inline(token.tokens, terminal);
  switch (token.type) {
    case 'strong':
      return terminal.style.strong(within());
    case 'codespan':
      return terminal.style.link(printable(bare(token)));
    case 'link':
      return `${within()} (${printable(String(token['href']))})`;
    case 'br':
      return '\n';
    default:
      return within();
  }
};

const bare = ({ text, raw }: Any): string => String(text ?? raw);
