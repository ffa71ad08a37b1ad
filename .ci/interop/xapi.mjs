// node xapi.mjs STATEMENTS.jsonl
//
// Validates a file of xAPI 1.0.3 statements, one per line, with the rules of Learning Locker, a learning record store
// (LRS), because the receiving store must accept what we export. The standard makes id, timestamp and version optional.
// This check requires them, because a repeated export must be recognized as the same statements.

import { readFileSync } from 'node:fs';
import validation from '@learninglocker/xapi-validation';
import { check } from './check.mjs';

const problems = (statement) => validation.default(statement).map((warning) =>
  `${warning.constructor.name} at ${warning.path.join('.')}: ${JSON.stringify(warning.data)}`);

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
check('the last line ends with a newline', lines.pop() === '');
check('there are statements', lines.length > 0, String(lines.length));
const ids = new Set();
lines.forEach((line, at) => {
  const statement = JSON.parse(line);
  const found = problems(statement);
  for (const member of ['id', 'timestamp', 'version']) {
    if (!statement[member]) found.push(`no ${member}`);
  }
  if (ids.has(statement.id)) found.push(`${statement.id} appears twice`);
  ids.add(statement.id);
  check(`line ${at + 1}: ${statement.verb?.id}`, found.length === 0, found.join('; '));
});
if (lines.length > 0) {
  const broken = problems({ ...JSON.parse(lines[0]), actor: { name: 'No Account' } });
  check('refused: an actor without an account', broken.length > 0, broken.join('; '));
}
