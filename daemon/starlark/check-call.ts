// The order of parameters in a declaration and of arguments in a call.
import type { Argument, Parameter } from './syntax.ts';
import type { Report } from './scanner.ts';

const positionalMax = 255;

export function checkArguments(args: readonly Argument[], report: Report): void {
  // Most calls name nothing: no set for those.
  let named: Set<string> | undefined;
  let star = false;
  let starstar = false;
  let positional = 0;
  for (const arg of args) {
    switch (arg.kind) {
      case 'starstar':
        if (starstar) report(arg.start, arg.end, 'multiple **kwargs not allowed');
        starstar = true;
        break;
      case 'star':
        if (starstar) report(arg.start, arg.end, '*args may not follow **kwargs');
        else if (star) report(arg.start, arg.end, 'multiple *args not allowed');
        star = true;
        break;
      case 'named':
        if (starstar) report(arg.start, arg.end, 'keyword argument may not follow **kwargs');
        else if (star) report(arg.start, arg.end, 'keyword argument may not follow *args');
        named ??= new Set();
        if (named.has(arg.name)) report(arg.start, arg.end, `keyword argument "${arg.name}" is repeated`);
        named.add(arg.name);
        break;
      case 'positional':
        positional++;
        if (star) report(arg.start, arg.end, 'positional argument may not follow *args');
        else if (starstar) report(arg.start, arg.end, 'positional argument may not follow **kwargs');
        else if (named !== undefined) report(arg.start, arg.end, 'positional argument may not follow named');
        break;
    }
  }
  const last = args.at(-1);
  if (last !== undefined && positional > positionalMax) {
    report(last.start, last.end, `${positional} positional arguments in call, limit is ${positionalMax}`);
  }
  if (last !== undefined && named !== undefined && named.size > positionalMax) {
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
    const after = starstar?.name?.name;
    switch (param.kind) {
      case 'required':
        if (starstar) report(param.start, param.end, `required parameter may not follow **${after}`);
        else if (star) keywordOnly++;
        else if (optional) report(param.start, param.end, 'required parameter may not follow optional');
        break;
      case 'optional':
        if (starstar) report(param.start, param.end, `optional parameter may not follow **${after}`);
        else if (star) keywordOnly++;
        optional = true;
        break;
      case 'star':
        if (starstar) report(param.start, param.end, `* parameter may not follow **${after}`);
        else if (star) report(param.start, param.end, 'multiple * parameters not allowed');
        else star = param;
        break;
      case 'starstar':
        if (starstar) report(param.start, param.end, 'multiple ** parameters not allowed');
        starstar = param;
        break;
    }
  }
  if (star !== undefined && star.name === undefined && keywordOnly === 0) {
    report(star.start, star.end, 'bare * must be followed by keyword-only parameters');
  }
}
