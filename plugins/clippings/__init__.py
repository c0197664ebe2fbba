"""Clippings: cut, date, tag and file scraped news pages. This package never imports airflow."""

import os

# The matrices of one page are small: to share them out among threads costs more than the work itself, and several tasks
# run at once anyhow. Said here because it has to be said before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
