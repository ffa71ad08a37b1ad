"""python3 csv_strict.py TABLE.csv

Reads a table as strictly as Python can: RFC 4180 with CRLF, a header, the same number of cells in every row, and no
cell that a spreadsheet would run as a formula.
"""

import csv
import io
import re
import sys
from pathlib import Path

from check import any_failed, check

text = Path(sys.argv[1]).read_bytes().decode()
check("the last row ends with CRLF", text.endswith("\r\n"))
# Quoted cells may contain anything, so they are removed first.
bare = re.sub(r'(?<![^,\n])"(?:[^"]|"")*"(?=[,\r])', "", text)
check("quotes appear only around quoted cells", '"' not in bare)
check("every row ends with CRLF", not re.search(r"(?<!\r)\n|\r(?!\n)", bare))
try:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
except csv.Error as error:
    check("the quotes are correct", False, str(error))
    sys.exit(any_failed())
check("a header and rows", len(rows) > 1, f"{len(rows)} rows")
columns = {len(row) for row in rows}
check("every row has the same number of cells", len(columns) == 1, f"{sorted(columns)} cells")
header = rows[0] if rows else []
check("every column has a unique name", all(header) and len(set(header)) == len(header), " ".join(header))
formulas = [(at, cell) for at, row in enumerate(rows, 1) for cell in row if cell.startswith(tuple("=+-@\t\r"))]
check("no cell starts like a formula", not formulas, "; ".join(f"row {at}: {cell!r}" for at, cell in formulas))

sys.exit(any_failed())
