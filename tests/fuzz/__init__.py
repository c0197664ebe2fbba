"""What comes of bad input: the same checks for made examples, for what was found before, and for the fuzzer."""
