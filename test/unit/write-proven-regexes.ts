import { faultOf, type Regex, regexesOfTree, writeProven } from './regexes-of-tree.ts';

/** Run by hand after expressions were added that take long to prove: writes linear-regexes.txt. */
const LONG_MS = 60;
const proven: Regex[] = [];
for (const regex of (await regexesOfTree()).regexes) {
  const began = performance.now();
  const fault = await faultOf(regex);
  if (fault !== null) process.stdout.write(`${regex.at} /${regex.source}/${regex.flags} ${fault}\n`);
  else if (performance.now() - began > LONG_MS) proven.push(regex);
}
writeProven(proven);
