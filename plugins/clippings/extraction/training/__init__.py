"""How the line models are made: run by hand, never imported by the pipeline."""
