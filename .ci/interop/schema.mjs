// node schema.mjs CREDENTIAL.json [SCHEMA.json]
//
// Validates a credential against 1EdTech's strict JSON schema. The schema is not ours to ship. If it is not beside
// the project, the check is skipped with a note.

import { existsSync, readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { check } from './check.mjs';

const beside = '../../../shared/openbadges/ob_v3p0_achievementcredential_schema.json';
const [file, schema = new URL(beside, import.meta.url)] = process.argv.slice(2);
if (existsSync(schema)) {
  // Ajv's strict mode judges how a schema is written, and this one is not ours.
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
  const credential = JSON.parse(readFileSync(file, 'utf8'));
  const holds = validate(credential);
  check('the credential matches the schema of Open Badges 3.0', holds, holds ? '' : ajv.errorsText(validate.errors));
  check('refused: no criteria', !validate({ ...credential, credentialSubject: {
    ...credential.credentialSubject, achievement: { ...credential.credentialSubject.achievement, criteria: undefined },
  } }), ajv.errorsText(validate.errors));
} else {
  console.log('skip  the schema of Open Badges 3.0 is not beside the project');
}
