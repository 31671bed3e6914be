"""Media: where the files of photos lie, and the addresses under which they are served."""
