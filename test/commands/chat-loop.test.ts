import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { chatLoop } from '../../src/commands/chat-loop.ts';

const CTRL_C = '\x03';

const typed = () => {
  const input = new PassThrough();
  const output = new PassThrough();
  output.resume();
  return { input, output, isTyped: true, prompt: '> ', history: [] };
};

test('Ctrl-C stops the answer and not the program; a second one at the prompt leaves', async () => {
  const streams = typed();
  const stopped: string[] = [];
  let hints = 0;
  const ended = chatLoop({
    ...streams,
    ask: (question, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          stopped.push(question);
          resolve();
        });
        streams.input.write(CTRL_C);
      }),
    hint: () => {
      hints += 1;
      streams.input.write(CTRL_C);
    },
  });
  streams.input.write('first\n');
  await expect.poll(() => stopped).toEqual(['first']);
  streams.input.write('second\n');
  await expect.poll(() => stopped).toEqual(['first', 'second']);
  streams.input.write(CTRL_C);
  await ended;
  expect(hints).toBe(1);
});

test('questions of a pipe are answered one after another, empty lines passed over, until `exit`', async () => {
  const input = new PassThrough();
  const asked: string[] = [];
  const ended = chatLoop({
    ...{ input, output: new PassThrough(), isTyped: false, prompt: '', history: [] },
    ask: async (question) => {
      await Promise.resolve();
      asked.push(question);
    },
    hint: () => undefined,
  });
  input.write('one\n\n  two  \nexit\nthree\n');
  await ended;
  expect(asked).toEqual(['one', 'two']);
});
