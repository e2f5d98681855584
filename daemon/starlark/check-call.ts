// The order of parameters in a declaration and of arguments in a call.
import type { Argument, Parameter } from './syntax.ts';
import type { Report } from './scanner.ts';

const positionalMax = 255;

export function checkArguments(args: readonly Argument[], report: Report): void {
  const named = new Set<string>();
  let star = false;
  let starstar = false;
  let positional = 0;
  for (const arg of args) {
    const wrong = (message: string): void => report(arg.start, arg.end, message);
    switch (arg.kind) {
      case 'starstar':
        if (starstar) wrong('multiple **kwargs not allowed');
        starstar = true;
        break;
      case 'star':
        if (starstar) wrong('*args may not follow **kwargs');
        else if (star) wrong('multiple *args not allowed');
        star = true;
        break;
      case 'named':
        if (starstar) wrong('keyword argument may not follow **kwargs');
        else if (star) wrong('keyword argument may not follow *args');
        if (named.has(arg.name)) wrong(`keyword argument "${arg.name}" is repeated`);
        named.add(arg.name);
        break;
      case 'positional':
        positional++;
        if (star) wrong('positional argument may not follow *args');
        else if (starstar) wrong('positional argument may not follow **kwargs');
        else if (named.size > 0) wrong('positional argument may not follow named');
        break;
    }
  }
  const last = args.at(-1);
  if (last !== undefined && positional > positionalMax) {
    report(last.start, last.end, `${positional} positional arguments in call, limit is ${positionalMax}`);
  }
  if (last !== undefined && named.size > positionalMax) {
    report(last.start, last.end, `${named.size} keyword arguments in call, limit is ${positionalMax}`);
  }
}

/** Checks everything but duplicate names, which binding finds. */
export function checkParameters(params: readonly Parameter[], report: Report): void {
  let optional = false;
  let star: Parameter | undefined;
  let starstar: Parameter | undefined;
  let keywordOnly = 0;
  for (const param of params) {
    const wrong = (message: string): void => report(param.start, param.end, message);
    const after = starstar?.name?.name;
    switch (param.kind) {
      case 'required':
        if (starstar) wrong(`required parameter may not follow **${after}`);
        else if (star) keywordOnly++;
        else if (optional) wrong('required parameter may not follow optional');
        break;
      case 'optional':
        if (starstar) wrong(`optional parameter may not follow **${after}`);
        else if (star) keywordOnly++;
        optional = true;
        break;
      case 'star':
        if (starstar) wrong(`* parameter may not follow **${after}`);
        else if (star) wrong('multiple * parameters not allowed');
        else star = param;
        break;
      case 'starstar':
        if (starstar) wrong('multiple ** parameters not allowed');
        starstar = param;
        break;
    }
  }
  if (star !== undefined && star.name === undefined && keywordOnly === 0) {
    report(star.start, star.end, 'bare * must be followed by keyword-only parameters');
  }
}
