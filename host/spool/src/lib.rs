//! The durable spool: sealed batches, cursors, seen inputs, ledger, quarantine and sent journal in one database.
