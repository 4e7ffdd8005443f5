import {
  faultOf,
  hangFaultOf,
  type Regex,
  regexesIn,
  regexesOfTree,
  testFiles,
  writeLookedAt,
  writeProven,
} from './regexes-of-tree.ts';

/** Run by hand after expressions were added that take long to prove: writes linear-regexes.txt, and test-regexes.txt for those of the tests. */
const LONG_MS = 60;
const proven: Regex[] = [];
for (const regex of (await regexesOfTree()).regexes) {
  const began = performance.now();
  const fault = await faultOf(regex);
  if (fault !== null) process.stdout.write(`${regex.at} /${regex.source}/${regex.flags} ${fault}\n`);
  else if (performance.now() - began > LONG_MS) proven.push(regex);
}
writeProven(proven);

const lookedAt: Regex[] = [];
for (const regex of new Map(
  testFiles().flatMap((file) => regexesIn(file).literals.map((one) => [`${one.source}/${one.flags}`, one] as const)),
).values()) {
  const fault = await hangFaultOf(regex);
  if (fault !== null) process.stdout.write(`${regex.at} /${regex.source}/${regex.flags} ${fault}\n`);
  else lookedAt.push(regex);
}
writeLookedAt(lookedAt);
