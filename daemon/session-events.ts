import type { BuildEvent } from '../protocol/events.ts';

/** Twenty messages a second are more than an eye follows. */
const intervalMs = 50;
/** Text is passed on before this much has gathered, whatever the time. */
const textGatheredMax = 256 * 1024;

/**
 * Joins the events of one request into few messages, in order. Of several progress events of a step only the last is sent.
 * While the client does not keep up, progress and then the text of programs are left out, never anything else.
 */
export class EventBatch {
  readonly #send: (events: readonly BuildEvent[]) => void;
  readonly #isCongested: () => boolean;
  #pending: BuildEvent[] = [];
  #textGathered = 0;
  #textDropped = 0;
  #sentAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (events: readonly BuildEvent[]) => void, isCongested: () => boolean) {
    this.#send = send;
    this.#isCongested = isCongested;
  }

  add(event: BuildEvent): void {
    if (event.event === 'step-progress') this.#dropProgressOf(event.step);
    if (event.event === 'output') this.#textGathered += event.text.length;
    this.#pending.push(event);
    if (this.#textGathered > textGatheredMax) return this.flush();
    if (this.#timer !== undefined) return;
    // The first after a pause goes out once the current turn is over, the others with the next message.
    const dueMs = Math.max(0, this.#sentAt + intervalMs - Date.now());
    this.#timer = setTimeout(() => this.flush(), dueMs);
  }

  /** Sends the rest, and what is missing; to be called before the answer. */
  close(): void {
    this.flush();
    const marker = this.#takeMarker();
    if (marker.length > 0) this.#send(marker);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#isCongested() ? this.#withoutText() : this.#withMarker();
    this.#pending = [];
    this.#textGathered = 0;
    if (events.length === 0) return;
    this.#sentAt = Date.now();
    this.#send(events);
  }

  #dropProgressOf(step: number): void {
    const index = this.#pending.findLastIndex(
      (earlier) => earlier.event === 'step-progress' && earlier.step === step,
    );
    if (index !== -1) this.#pending.splice(index, 1);
  }

  #withoutText(): BuildEvent[] {
    return this.#pending.filter((event) => {
      if (event.event === 'output') this.#textDropped += event.text.length;
      return event.event !== 'output' && event.event !== 'step-progress';
    });
  }

  #withMarker(): BuildEvent[] {
    return this.#pending.length === 0 ? [] : [...this.#takeMarker(), ...this.#pending];
  }

  #takeMarker(): BuildEvent[] {
    if (this.#textDropped === 0) return [];
    const text = `${this.#textDropped} characters of output were left out: this terminal did not keep up`;
    this.#textDropped = 0;
    return [{ event: 'notice', text }];
  }
}
