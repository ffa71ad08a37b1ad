// One line per check for the JavaScript tools; the exit code says whether all of them held.

export function check(what, holds, why = '') {
  console.log(`${holds ? 'ok  ' : 'FAIL'}  ${what}${why && `: ${why}`}`);
  if (!holds) process.exitCode = 1;
}
