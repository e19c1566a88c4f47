"""Reads the demo's lake with Python's `deltalake` and compares it with the demo's summary.

Argument: the folder that `cargo xtask demo --out` wrote. Ends with 1 if any table holds other rows than
the host says it accepted. Prints counts, never a value.
"""

import json
import os
import sys
from pathlib import Path

from deltalake import DeltaTable, QueryBuilder

COUNT = "select count(*) as n, count(distinct row_id) as ids from lake"


def rows_of(table: Path) -> tuple[int, int]:
    """Rows and distinct row ids, read from the table's data and not from its statistics."""
    counts = QueryBuilder().register("lake", DeltaTable(str(table))).execute(COUNT).read_all()
    return counts["n"][0].as_py(), counts["ids"][0].as_py()


def main() -> int:
    out = Path(sys.argv[1])
    families = json.loads((out / "summary.json").read_text())["families"]
    accepted = [
        (family, stream, counts["accepted_records"])
        for family, streams in families.items()
        for stream, counts in streams.items()
        if counts["accepted_records"] > 0
    ]
    wrong = 0
    for family, stream, records in accepted:
        rows, ids = rows_of(out / "lake" / family / stream)
        same = rows == ids == records
        wrong += not same
        verdict = "the same" if same else "NOT THE SAME"
        print(f"{family}.{stream}: {rows} rows, {ids} distinct, {records} accepted by the host: {verdict}")
    if not accepted:
        print("the host accepted nothing, so there is nothing to compare")
    return 1 if wrong or not accepted else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # pyarrow's threads now and then abort an interpreter that ends by itself
