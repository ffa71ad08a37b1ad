"""python3 verify.py CREDENTIAL.json [BAKED.svg|BAKED.png|BAKED.pdf ...]

Verifies a credential with openbadgeslib, a second library besides the one in verify.mjs. It is written in another
language, with its own graph code and contexts. It also detects a hidden end date. Pictures are opened with its own
reader. Open Badges 3.0 has no rules for PDF, so a PDF must have the credential attached once, byte for byte.
"""

import copy
import json
import sys
from datetime import datetime
from pathlib import Path

import pypdf
from openbadgeslib import baking
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError

from check import any_failed, check


def refusal(text, issuer):
    """Returns an empty text if the credential verifies, otherwise the reason."""
    try:
        OB3LdpVerifier.for_issuer_did(issuer).verify(text)
    except OB3VerificationError as error:
        return str(error)
    return ""


def extract(path):
    """Extracts the credential from a file."""
    data = path.read_bytes()
    if path.suffix == ".png":
        return baking.extract_png(data, keyword=baking.ITXT_KEYWORD_OB3).encode()
    if path.suffix == ".svg":
        text = baking.extract_svg(data, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
        # The library strips white space at the ends. verify.mjs compares these bytes too.
        return text.encode() + b"\n"
    attached = [content for contents in pypdf.PdfReader(path).attachments.values() for content in contents]
    assert len(attached) == 1, f"{len(attached)} attachments"
    return attached[0]


def tampered(credential, change):
    """Returns a changed copy of the credential."""
    changed = copy.deepcopy(credential)
    change(changed)
    assert changed != credential, "nothing was changed"
    return json.dumps(changed)


def later_end(credential):
    end = datetime.fromisoformat(credential["validUntil"].replace("Z", "+00:00"))
    credential["validUntil"] = credential["validUntil"].replace(str(end.year), str(end.year + 10), 1)


def hide_end(credential):
    end = credential.pop("validUntil")
    credential["@included"] = [{"id": credential["id"], "type": ["VerifiableCredential"], "validUntil": end}]


CHANGES = {
    "another name": lambda c: c["credentialSubject"].update(name="Another Person"),
    "a later end date": later_end,
    "another score": lambda c: c["credentialSubject"]["result"][0].update(value="70"),
    "an end date hidden in @included": hide_end,
}

file, *baked = map(Path, sys.argv[1:])
content = file.read_bytes()
credential = json.loads(content)
issuer = credential["issuer"]["id"]

why = refusal(content, issuer)
check("the credential verifies", not why, why)
if why:
    sys.exit(any_failed())  # An invalid credential is refused with any change, so the checks below would prove nothing.
for path in baked:
    try:
        found = extract(path)
    except Exception as error:  # The library raises many types of errors for a file that it cannot read.
        check(f"{path.name}: contains a credential", False, repr(error))
        continue
    why = refusal(found, issuer)
    check(f"{path.name}: the credential in it verifies", not why, why)
    check(f"{path.name}: the same bytes as the file", found == content, f"{len(found)} of {len(content)} bytes")
for what, change in CHANGES.items():
    why = refusal(tampered(credential, change), issuer)
    check(f"refused: {what}", "signature" in why or "@included" in why, why or "accepted")

sys.exit(any_failed())
