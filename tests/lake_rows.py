"""Prints every row of a lake: `{"family", "stream"}`, then `{"row_id", "epoch", "fields"}` lines, as the host's journal has them.

Argument: the lake's folder. Reads with `deltalake`; which columns are fields is told by docs/lake.md.
Values are written as the host writes them (25 and not 25.0, times in UTC); columns without a value are left out.
"""

import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from deltalake import DeltaTable

# `instrument` is not among them: both families declare it as a field, which fills the fixed column.
OURS = "device family stream epoch seq row_id manifest_sha256 plugin_version host_version event_time received_day".split()


def canonical(value):
    if isinstance(value, datetime):
        precision = "milliseconds" if value.microsecond % 1000 == 0 else "microseconds"
        utc = value.astimezone(timezone.utc)
        return utc.isoformat(timespec=precision if value.microsecond else "seconds").replace("+00:00", "Z")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def main() -> None:
    for log in sorted(Path(sys.argv[1]).glob("*/*/_delta_log")):
        table = log.parent
        print(json.dumps({"family": table.parent.name, "stream": table.name}))
        for row in DeltaTable(str(table)).to_pyarrow_table().to_pylist():
            fields = {
                name: canonical(value) for name, value in row.items() if name not in OURS and value is not None
            }
            print(json.dumps({"row_id": row["row_id"], "epoch": row["epoch"], "fields": fields}))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # pyarrow's threads now and then abort an interpreter that ends by itself
