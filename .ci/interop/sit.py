"""python3 sit.py BINARY DATA

Passes a small exam in plain mode, as a candidate who knows every answer, and prints the path of the certificate. Its
texts contain characters that are awkward in XML, CSV and URLs, so that the checks of the exports can find a mistake.
"""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "fixtures"))

from candidate import RATIONALE, option, question, right

TRAINEE = "Zoë O'Neil-Ångström <Ng> & Sons"
BANK = {
    "format": 1, "id": "small", "title": "=Small, \"with\" quotes", "version": "1.0.0", "language": "en",
    "license": "CC0-1.0", "objectives": [{"id": "tell", "text": "Tell right from wrong"}],
    "sources": [{"id": "book", "type": "book", "title": "A book"}],
    "questions": [
        question("one", kind="choice", choices=[
            option("Right", correct=True), option("Wrong", harm=2), option("=1+1", harm=0)]),
        question("several", kind="choice", select="all", choices=[
            option("North", correct=True), option("South", correct=True), option("Up", harm=0)]),
        question("holds", kind="true-false", answer=True, rationales={"true": RATIONALE, "false": "No."}, harm=1),
        question("count", kind="number", answer="-0.01", tolerance="0", unit="%"),
        question("name", kind="text", accept=["@pneumothorax"]),
        question("sequence", kind="order", items=[option("First"), option("Second"), option("Third")]),
        question("pairs", kind="match", pairs=[
            {"left": "Dog", "right": "Barks", "rationale": "It barks."},
            {"left": "Cat", "right": "Purrs", "rationale": "It purrs."}],
            extra_right=[{"text": "Sings", "rationale": "Birds do."}]),
    ],
}
EXAM = {
    "format": 1, "id": "brief", "title": "Brief ]]> <&> \"exam\"", "version": "1.0.0",
    "sections": [{"bank": "small", "questions": len(BANK["questions"])}], "pass": 80, "minutes": 10,
    "attempts": {"max": 3, "within_days": 365, "wait_hours": [24, 168]},
    "certificate": {"valid_months": 24, "statement": "Written test only; a ≠ b."},
}


def answer(shown):
    """Returns the answer to type for the question on the screen."""
    return right(next(q for q in BANK["questions"] if q["stem"] in shown), shown)


def hear(output):
    """Reads up to the next prompt, or to the end."""
    heard = b""
    while not heard.endswith((b"Answer: ", b"number: ")) and (byte := output.read(1)):
        heard += byte
    return heard.decode()


binary, data = sys.argv[1], Path(sys.argv[2])
(data / "question-banks" / "exams").mkdir(parents=True)
(data / "question-banks" / "small.json").write_text(json.dumps(BANK))
(data / "question-banks" / "exams" / "brief.json").write_text(json.dumps(EXAM))

places = ["--data-dir", data, "--config-dir", data.parent / "config"]
command = [binary, *places, "exam", "brief", "--plain", "--yes", "--trainee", TRAINEE]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
    transcript = ""
    while shown := hear(program.stdout):
        transcript += shown
        if shown.endswith("Answer: "):
            line = answer(shown)
        elif shown.endswith("number: "):
            line = "submit"
        else:
            break
        if "Not understood" in shown:
            sys.exit(f"the program did not understand:\n{transcript}")
        program.stdin.write(f"{line}\n".encode())
        program.stdin.flush()
certificates = list(data.glob("certificates/*/*.json"))
if program.returncode != 0 or len(certificates) != 1:
    sys.exit(f"{len(certificates)} certificates, exit code {program.returncode}:\n{transcript}")
print(certificates[0])
