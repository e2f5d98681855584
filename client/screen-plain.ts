import type { BuildEvent } from '../protocol/events.ts';
import { colors, wantsColor } from './colors.ts';
import type { Task } from './command.ts';
import { formatMs } from './format.ts';
import { writeError } from './output.ts';
import type { Drawing } from './screen.ts';
import { ended, standingText, worthTellingMs } from './screen-events.ts';
import { stepSentence } from './sentences.ts';

type Step = { readonly sentence: string; readonly timer: NodeJS.Timeout; isTold: boolean };

/** Lines only, for files, pipes, dumb terminals and continuous integration. */
export class PlainDrawing implements Drawing {
  readonly #paint;
  readonly #steps = new Map<number, Step>();

  constructor(task: Task) {
    this.#paint = { cwd: task.cwd, colors: colors(wantsColor(task.environment, false)) };
  }

  draw(event: BuildEvent): void {
    const text = standingText(event, this.#paint);
    if (text !== undefined) writeError(text);
    else if (event.event === 'step-started') this.#begin(event);
    else if (event.event === 'step-finished') this.#finish(event);
    else if (event.event === 'output') {
      const step = event.step === undefined ? undefined : this.#steps.get(event.step);
      if (step !== undefined) this.#tell(step);
      writeError(ended(event.text).replace(/^(?=.)/gm, '  '));
    }
  }

  say(line: string): void {
    writeError(`${line}\n`);
  }

  close(): void {
    for (const { timer } of this.#steps.values()) clearTimeout(timer);
    this.#steps.clear();
  }

  #begin({ step: number, name, subject }: Extract<BuildEvent, { event: 'step-started' }>): void {
    const timer = setTimeout(() => this.#tell(step), worthTellingMs);
    const step: Step = { sentence: stepSentence(name, subject), timer, isTold: false };
    this.#steps.set(number, step);
  }

  #finish({ step: number, outcome, ms }: Extract<BuildEvent, { event: 'step-finished' }>): void {
    const step = this.#steps.get(number);
    if (step === undefined) return;
    clearTimeout(step.timer);
    this.#steps.delete(number);
    if (step.isTold || ms >= worthTellingMs) writeError(`${step.sentence}: ${outcome} in ${formatMs(ms)}\n`);
  }

  #tell(step: Step): void {
    if (!step.isTold) writeError(`${step.sentence}...\n`);
    step.isTold = true;
  }
}
