"""What OpenSearch Dashboards shows of the archive: its saved objects, made here and imported over HTTP."""
