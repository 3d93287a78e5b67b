import { defineFormat } from './define.ts';

export default defineFormat({
  id: 'text',
  extensions: ['.txt'],
  read: (content, name) => ({
    title: name,
    sections: [{ headings: [], text: content.replaceAll('\r\n', '\n') }],
  }),
});
