"""How the model of `clippings.dates.scoring` is fitted; needs requirements-dev.txt."""
