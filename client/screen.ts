// What a person, a log file or a program sees of a build. All of it goes to standard error but the lines of `--json`.
import type { BuildEvent } from '../protocol/events.ts';
import type { Prompt, PromptAnswer } from '../protocol/prompts.ts';
import type { Task } from './command.ts';
import type { Listener } from './link.ts';
import { isTerminal, writeError, writeOut } from './output.ts';
import type { Performance } from './perform.ts';

/** Draws events in one way; made with the first event, so that a build with nothing to say loads none. */
export type Drawing = {
  draw(event: BuildEvent): void;
  /** A line that stays. */
  say(line: string): void;
  /** Leaves nothing behind but lines that stay. */
  close(): void;
};

export class Screen {
  readonly #task: Task;
  #drawing: Drawing | undefined;
  /** Events that arrived while the drawing was being loaded. */
  #early: BuildEvent[] = [];
  #loading: Promise<void> | undefined;

  constructor(task: Task) {
    this.#task = task;
  }

  get performance(): Performance {
    return {
      listener: this.#listener(),
      say: (line) => this.#say(line),
      leave: () => this.#drawing?.close(),
      ask: !this.#task.isJson && isTerminal('in') && isTerminal('error') ? this.#ask : undefined,
    };
  }

  /** All that came is shown, and nothing else stays. */
  async close(): Promise<void> {
    await this.#loading;
    this.#drawing?.close();
  }

  #listener(): Listener {
    if (this.#task.isJson)
      return (events) => events.forEach((event) => writeOut(`${JSON.stringify(event)}\n`));
    return (events) => {
      if (this.#drawing !== undefined) return events.forEach((event) => this.#drawing?.draw(event));
      this.#early.push(...events);
      this.#loading ??= this.#load();
    };
  }

  async #load(): Promise<void> {
    const { environment } = this.#task;
    // A continuous-integration log is no terminal, even where it pretends to be one.
    const isLive = isTerminal('error') && environment['TERM'] !== 'dumb' && !environment['CI'];
    this.#drawing = isLive
      ? new (await import('./screen-live.ts')).LiveDrawing(this.#task)
      : new (await import('./screen-plain.ts')).PlainDrawing(this.#task);
    for (const event of this.#early) this.#drawing.draw(event);
    this.#early = [];
  }

  /** What was said stands above the question, and nothing moves while it waits. */
  readonly #ask = async (prompt: Prompt, signal: AbortSignal): Promise<PromptAnswer> => {
    await this.close();
    return (await import('./prompt.ts')).askPerson(prompt, signal);
  };

  #say(line: string): void {
    if (this.#task.isJson) writeOut(`${JSON.stringify({ event: 'notice', text: line })}\n`);
    else if (this.#drawing === undefined) writeError(`${line}\n`);
    else this.#drawing.say(line);
  }
}
