"""The step type file.archive: packs files, and unpacks them."""
