import type { BuildEvent } from '../protocol/events.ts';
import { colors, wantsColor } from './colors.ts';
import type { Task } from './command.ts';
import { formatMs } from './format.ts';
import { writeError } from './output.ts';
import type { Drawing } from './screen.ts';
import { standingText, worthTellingMs } from './screen-events.ts';
import { progressSentence, stepSentence } from './sentences.ts';

type Step = {
  readonly sentence: string;
  readonly beganAt: number;
  /** How far it is, or the last line that its program said. */
  detail: string;
};

/** Ten pictures a second look alive and cost nothing. */
const frameMs = 100;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const eraseLine = '\r\x1b[K';

/** Lines that stay, and below them one that tells what goes on now. The cursor stays visible: nothing to restore. */
export class LiveDrawing implements Drawing {
  readonly #paint;
  readonly #steps = new Map<number, Step>();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #isLineDrawn = false;

  constructor(task: Task) {
    this.#paint = { cwd: task.cwd, colors: colors(wantsColor(task.environment, true)) };
  }

  draw(event: BuildEvent): void {
    const text = standingText(event, this.#paint);
    if (text !== undefined) return this.#write(text);
    switch (event.event) {
      case 'step-started':
        this.#steps.set(event.step, {
          sentence: stepSentence(event.name, event.subject),
          beganAt: performance.now(),
          detail: '',
        });
        this.#timer ??= setInterval(() => this.#redraw(), frameMs);
        return;
      case 'step-progress':
        return this.#detail(event.step, progressSentence(event));
      case 'output':
        return this.#detail(event.step, event.text.trimEnd().split('\n').at(-1)?.trim() ?? '');
      case 'step-finished':
        return this.#finish(event);
      case 'notice':
      case 'diagnostic':
      case 'artifact':
      case 'round':
        return;
    }
  }

  say(line: string): void {
    this.#write(`${line}\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
    this.#steps.clear();
  }

  #detail(number: number | undefined, text: string): void {
    const step = number === undefined ? undefined : this.#steps.get(number);
    if (step !== undefined && text !== '') step.detail = text;
  }

  #finish({ step: number, outcome, ms }: Extract<BuildEvent, { event: 'step-finished' }>): void {
    const step = this.#steps.get(number);
    this.#steps.delete(number);
    if (step !== undefined && ms >= worthTellingMs && outcome === 'done') {
      const { colors } = this.#paint;
      this.#write(`${colors.green('✓')} ${step.sentence} ${colors.dim(`(${formatMs(ms)})`)}\n`);
    }
    if (this.#steps.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
  }

  /** A line that stays, above the one that changes. */
  #write(text: string): void {
    const wasDrawn = this.#isLineDrawn;
    this.#erase();
    writeError(text);
    if (wasDrawn) this.#redraw();
  }

  #erase(): void {
    if (this.#isLineDrawn) writeError(eraseLine);
    this.#isLineDrawn = false;
  }

  #redraw(): void {
    const [step, ...others] = this.#steps.values();
    if (step === undefined) return;
    const more = others.length === 0 ? '' : ` +${others.length}`;
    const detail = step.detail === '' ? '' : ` · ${step.detail}`;
    const line = `${step.sentence}${more} · ${formatMs(performance.now() - step.beganAt)}${detail}`;
    const columns = process.stderr.columns || 80;
    // Escape sequences of programs would move the cursor; a line that wraps could not be erased.
    // eslint-disable-next-line no-control-regex
    const plain = line.replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x1f\x7f]/g, '');
    const shown = Array.from(plain)
      .slice(0, columns - 3)
      .join('');
    const frame = frames[this.#frame++ % frames.length] ?? '';
    writeError(`${eraseLine}${this.#paint.colors.blue(frame)} ${shown}`);
    this.#isLineDrawn = true;
  }
}
