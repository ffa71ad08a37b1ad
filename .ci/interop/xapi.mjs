// node xapi.mjs STATEMENTS.jsonl
//
// Validates a file of xAPI 1.0.3 statements, one a line, with the rules of Learning Locker, a learning record store
// (LRS): what we export must be accepted where it is sent. An id, a time and a version are optional to a store; not
// here, where statements are exported again and must then be known as the same ones.

import { readFileSync } from 'node:fs';
import validation from '@learninglocker/xapi-validation';
import { check } from './check.mjs';

const problems = (statement) => validation.default(statement).map((warning) =>
  `${warning.constructor.name} at ${warning.path.join('.')}: ${JSON.stringify(warning.data)}`);

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
check('every line ends', lines.pop() === '');
check('there are statements', lines.length > 0, String(lines.length));
const ids = new Set();
lines.forEach((line, at) => {
  const statement = JSON.parse(line);
  const found = problems(statement);
  for (const member of ['id', 'timestamp', 'version']) {
    if (!statement[member]) found.push(`no ${member}`);
  }
  if (ids.has(statement.id)) found.push(`${statement.id} is there twice`);
  ids.add(statement.id);
  check(`line ${at + 1}: ${statement.verb?.id}`, found.length === 0, found.join('; '));
});
if (lines.length > 0) {
  const spoilt = problems({ ...JSON.parse(lines[0]), actor: { name: 'Nobody' } });
  check('refused: an actor without an account', spoilt.length > 0, spoilt.join('; '));
}
