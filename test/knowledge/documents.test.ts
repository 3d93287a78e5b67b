import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuse } from '../../src/knowledge/fuse.ts';
import html from '../../src/knowledge/formats/html.ts';
import markdown from '../../src/knowledge/formats/markdown.ts';
import text from '../../src/knowledge/formats/text.ts';
import { splitDocument } from '../../src/knowledge/split.ts';

describe('documents', () => {
  it('in Markdown are read by their headings', () => {
    const read = markdown.read(
      '---\nlayout: page\n---\n# Reports\nHow *reports* work.\n\n## Schedule\n- daily\n- weekly\n\n### Limits\nTen.\n\n## Export\n`csv` only.',
      'reports.md',
    );
    expect(read).toEqual({
      title: 'Reports',
      sections: [
        { headings: ['Reports'], text: 'How reports work.' },
        { headings: ['Reports', 'Schedule'], text: 'daily\nweekly' },
        { headings: ['Reports', 'Schedule', 'Limits'], text: 'Ten.' },
        { headings: ['Reports', 'Export'], text: 'csv only.' },
      ],
    });
  });

  it('in HTML give their text and nothing of their machinery', () => {
    const read = html.read(
      '<html><head><title>Help &amp; answers</title><style>p{}</style></head><body><nav>Home</nav><h1>Seats</h1>' +
        '<p>One seat<br>a person.<script>alert(1)</script></p><table><tr><td>Team</td><td>10</td></tr></table>',
      'seats.html',
    );
    expect(read.title).toBe('Help & answers');
    expect(read.sections).toEqual([
      { headings: ['Seats'], text: 'One seat\na person.\n\nTeam 10' },
    ]);
  });

  it('of any content are read without an error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(html, markdown, text),
        (content, format) => {
          const read = format.read(content, 'name');
          expect(splitDocument(read).every((passage) => passage.text.length <= 1_400)).toBe(true);
        },
      ),
    );
  });
});

describe('passages', () => {
  const words = fc
    .array(fc.stringMatching(/^[a-z]{1,12}[.]?$/u), { minLength: 1, maxLength: 900 })
    .map((all) => all.join(' '));

  it('lose no word, stay short and in order, and carry their headings', () => {
    fc.assert(
      fc.property(words, (body) => {
        const passages = splitDocument({
          title: 'Guide',
          sections: [{ headings: ['Guide', 'Part'], text: body }],
        });
        const kept = new Set(passages.flatMap((passage) => passage.text.split(/\s+/u)));
        expect(body.split(' ').every((word) => kept.has(word))).toBe(true);
        expect(passages.map(({ ordinal }) => ordinal)).toEqual(passages.map((_, place) => place));
        for (const passage of passages) {
          expect(passage.text.length).toBeLessThanOrEqual(1_200);
          expect(passage.heading).toBe('Guide › Part');
        }
      }),
    );
  });
});

describe('fusing', () => {
  it('prefers what both lists know, then the better rank', () => {
    expect(
      fuse([
        ['a', 'b', 'c'],
        ['b', 'd'],
      ]).map(({ id }) => id),
    ).toEqual(['b', 'a', 'd', 'c']);
  });

  it('of one list is that list', () => {
    expect(fuse([['x', 'y'], []]).map(({ id }) => id)).toEqual(['x', 'y']);
  });
});
