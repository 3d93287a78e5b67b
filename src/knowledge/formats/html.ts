import { Parser } from 'htmlparser2';
import type { ReadDocument, Section } from '../passage.ts';
import { defineFormat } from './define.ts';

/** Their content is no text of the document. */
const SILENT = new Set(['script', 'style', 'template', 'noscript', 'nav', 'svg', 'head']);

/** Elements that stand on lines of their own. */
const BLOCKS = new Set([
  ...['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'aside', 'blockquote', 'pre'],
  ...['ul', 'ol', 'dl', 'dt', 'dd', 'table', 'figure', 'figcaption', 'form', 'hr'],
]);
const LINES = new Set(['br', 'li', 'tr']);

const levelOf = (tag: string): number | null =>
  /^h[1-6]$/u.test(tag) ? Number(tag.slice(1)) : null;

/** HTML as headings with their text. Markup, scripts, styles and navigation are left out. */
export const readHtml = (content: string, name: string): ReadDocument => {
  const reader = new SectionReader();
  const parser = new Parser(reader, { decodeEntities: true });
  parser.end(content);
  return reader.document(name);
};

class SectionReader {
  private readonly sections: Section[] = [];
  private readonly open: { readonly level: number; readonly text: string }[] = [];
  private title: string | null = null;
  private inTitle = false;
  private heading: { readonly level: number; text: string } | null = null;
  private text = '';
  private silent = 0;
  private verbatim = 0;

  onopentag(tag: string): void {
    if (tag === 'title') this.inTitle = true;
    if (tag === 'pre') this.verbatim += 1;
    if (SILENT.has(tag)) this.silent += 1;
    if (this.silent > 0) return;
    const level = levelOf(tag);
    if (level !== null) this.beginHeading(level);
    else if (BLOCKS.has(tag)) this.text += '\n\n';
    else if (LINES.has(tag)) this.text += '\n';
  }

  ontext(text: string): void {
    if (this.inTitle) this.title = `${this.title ?? ''}${text}`;
    if (this.silent > 0) return;
    // In HTML a line break of the source is a space like any other.
    if (this.heading === null) this.text += this.verbatim > 0 ? text : text.replace(/\s+/gu, ' ');
    else this.heading.text += text;
  }

  onclosetag(tag: string): void {
    if (tag === 'title') this.inTitle = false;
    if (tag === 'pre') this.verbatim = Math.max(0, this.verbatim - 1);
    if (SILENT.has(tag)) {
      this.silent = Math.max(0, this.silent - 1);
      return;
    }
    if (this.silent > 0) return;
    if (levelOf(tag) !== null) this.endHeading();
    else if (BLOCKS.has(tag)) this.text += '\n\n';
    else if (tag === 'td' || tag === 'th') this.text += ' ';
  }

  document(name: string): ReadDocument {
    this.endHeading();
    this.endSection();
    const [first] = this.sections;
    const title = tidy(this.title ?? '') || (first?.headings[0] ?? name);
    return { title, sections: this.sections };
  }

  private beginHeading(level: number): void {
    this.endHeading();
    this.endSection();
    this.heading = { level, text: '' };
  }

  private endHeading(): void {
    if (this.heading === null) return;
    const { level, text } = this.heading;
    while ((this.open.at(-1)?.level ?? 0) >= level) this.open.pop();
    const heading = tidy(text);
    if (heading !== '') this.open.push({ level, text: heading });
    this.heading = null;
  }

  private endSection(): void {
    const text = this.text
      .split(/\n{2,}/u)
      .map((paragraph) => paragraph.split('\n').map(tidy).filter(Boolean).join('\n'))
      .filter(Boolean)
      .join('\n\n');
    if (text !== '') this.sections.push({ headings: this.open.map((each) => each.text), text });
    this.text = '';
  }
}

const tidy = (text: string): string => text.replace(/\s+/gu, ' ').trim();

export default defineFormat({ id: 'html', extensions: ['.html', '.htm'], read: readHtml });
