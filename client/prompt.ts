// Asks the person at the terminal. Read from a descriptor of its own: Node leaves one that it reads from in a state that a
// program which this process becomes (`oxd run`) could not work with.
import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';
import { writeError } from './output.ts';

/** A line of a terminal; longer ones are no answers. */
const lineCharactersMax = 4096;

/** Asks until there is an answer that fits. Rejects at the end of input, and when the signal is aborted. */
export async function askPerson(prompt: Prompt, signal: AbortSignal): Promise<PromptAnswer> {
  const terminal = new ReadStream(openSync('/dev/tty', 'r'));
  try {
    for (;;) {
      const answer = await askOnce(terminal, prompt, signal);
      if (answer !== undefined) return answer;
    }
  } finally {
    terminal.setRawMode(false);
    terminal.destroy();
  }
}

/** undefined when it has to be asked again. */
async function askOnce(
  terminal: ReadStream,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<PromptAnswer | undefined> {
  // Not to be shown from the first key on: what is typed may be there before the question.
  const read = (question: string, isShown: boolean): Promise<string> => {
    terminal.setRawMode(!isShown);
    writeError(question);
    return readLine(terminal, isShown, signal);
  };
  switch (prompt.kind) {
    case 'confirm': {
      const { default: usual } = prompt;
      const choices = usual === true ? 'Y/n' : usual === false ? 'y/N' : 'y/n';
      const answer = (await read(`${prompt.prompt} [${choices}] `, true)).trim().toLowerCase();
      if (answer === '') return usual;
      return /^y(es)?$/.test(answer) ? true : /^no?$/.test(answer) ? false : undefined;
    }
    case 'input': {
      const usual = prompt.default === undefined ? '' : `[${prompt.default}] `;
      const answer = await read(`${prompt.prompt} ${usual}`, true);
      return answer === '' ? prompt.default : answer;
    }
    case 'password': {
      const password = await read(`${prompt.prompt} `, false);
      if (password === '') return undefined;
      if (!prompt.confirm) return password;
      if ((await read(`${prompt.prompt} (once more) `, false)) === password) return password;
      writeError('these two are not the same\n');
      return undefined;
    }
  }
}

const keys = { interrupt: '\u0003', end: '\u0004', deleteLine: '\u0015', backspace: ['\u007f', '\b'] };

/** Shown lines are edited by the terminal itself; what is not to be shown is read key by key. */
function readLine(terminal: ReadStream, isShown: boolean, signal: AbortSignal): Promise<string> {
  terminal.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let line: string[] = [];
    const settle = (act: () => void): void => {
      terminal.pause();
      terminal.off('data', receive).off('end', leave).off('error', fail);
      signal.removeEventListener('abort', abandon);
      if (!isShown || signal.aborted) writeError('\n');
      act();
    };
    const leave = (): void => settle(() => reject(new Error('the terminal was closed')));
    const fail = (error: Error): void => settle(() => reject(error));
    const abandon = (): void => settle(() => reject(signal.reason as Error));
    const receive = (text: string): void => {
      for (const key of text) {
        if (key === '\n' || key === '\r') return settle(() => resolve(line.join('')));
        if (isShown) line.push(key);
        // As the terminal would have done it, if it did not give us every key.
        else if (key === keys.interrupt) process.kill(process.pid, 'SIGINT');
        else if (key === keys.end && line.length === 0) return leave();
        else if (key === keys.deleteLine) line = [];
        else if (keys.backspace.includes(key)) line.pop();
        else if (key >= ' ' && line.length < lineCharactersMax) line.push(key);
      }
    };
    terminal.on('data', receive).on('end', leave).on('error', fail);
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) return abandon();
    terminal.resume();
  });
}
