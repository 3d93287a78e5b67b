import { marked } from 'marked';
import { defineFormat } from './define.ts';
import { readHtml } from './html.ts';

/** Front matter is for machines that publish the document, not for its readers. */
const FRONT_MATTER = /^---\r?\n[\s\S]*?\r?\n---\r?\n/u;

export default defineFormat({
  id: 'markdown',
  extensions: ['.md', '.markdown'],
  read: (content, name) =>
    readHtml(marked.parse(content.replace(FRONT_MATTER, ''), { async: false }), name),
});
