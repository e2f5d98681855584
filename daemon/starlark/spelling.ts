/** The name among `candidates` that was probably meant by `name`, if one is near enough to say so. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = simplify(name);
  let best: string | undefined;
  // One slip per three letters; more is guessing.
  let bestDistance = Math.max(1, Math.floor((wanted.length + 1) / 3)) + 1;
  if (wanted.length < 2) return undefined;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bestDistance + 2) continue;
    const found = distance(wanted, simplify(candidate), bestDistance);
    if (found < bestDistance) {
      bestDistance = found;
      best = candidate;
    }
  }
  return best;
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** Edit distance with transpositions (optimal string alignment), given up at `bound`. */
function distance(a: string, b: string, bound: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let lowest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
      lowest = Math.min(lowest, cost);
    }
    if (lowest >= bound) return bound;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
