"""Quality measured on public evaluation sets: `make eval`."""
