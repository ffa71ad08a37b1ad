// Prints one line per check for the JavaScript tools. The exit code is 1 if any check failed.

export function check(what, holds, why = '') {
  console.log(`${holds ? 'ok  ' : 'FAIL'}  ${what}${why && `: ${why}`}`);
  if (!holds) process.exitCode = 1;
}
