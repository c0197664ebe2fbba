"""From the files of a feed to filed articles: select, ingest, reconcile; and the books kept of it."""
