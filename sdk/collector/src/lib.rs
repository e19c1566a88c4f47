//! What the author of a collector plugin uses: Collector, Input, FCS reader, export_collector!.
