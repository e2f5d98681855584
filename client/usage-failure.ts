import { Failure } from '../protocol/failure.ts';

/** The command line itself is wrong: exit code 64 (EX_USAGE of sysexits.h) instead of 1. */
export class UsageFailure extends Failure {
  constructor(message: string, hint?: string) {
    super('input', message, hint === undefined ? {} : { hint });
    this.name = 'UsageFailure';
  }
}
