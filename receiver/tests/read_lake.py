#!/usr/bin/env python3
"""Reads one lake table with the Python `deltalake` package and prints its rows as NDJSON, by chain and row.

usage: read_lake.py TABLE
Exit codes: 0 done, 3 `deltalake` or `pyarrow` is not installed."""

import json
import os
import sys

try:
    import pyarrow  # noqa: F401
    from deltalake import DeltaTable
except ImportError as why:
    print(why, file=sys.stderr)
    sys.exit(3)

table = DeltaTable(sys.argv[1]).to_pyarrow_table()
rows = table.to_pylist()
rows.sort(key=lambda row: (row["device"], row["stream"], row["epoch"], row["seq"], row["row_id"]))
for row in rows:
    print(json.dumps(row, default=lambda value: value.isoformat()))
sys.stdout.flush()
os._exit(0)  # pyarrow's threads now and then abort an interpreter that ends by itself
